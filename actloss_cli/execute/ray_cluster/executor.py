"""The Ray executor: stacks as tasks, a bounded number in flight. Takes stacks, gives back their outcomes."""

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any

import ray

from actloss_cli.datasets import load
from actloss_cli.execute.jobs import Failure, Finished, Job, given_up, parts_to_retry
from actloss_cli.execute.ray_cluster.batches import BATCH_S, BatchQueue
from actloss_cli.execute.ray_cluster.cluster import Cluster, cannot_run, mismatch
from actloss_cli.execute.ray_cluster.software import Software, software_here
from actloss_cli.execute.ray_cluster.tasks import Answer, Batch, train_batch
from actloss_cli.execute.time_limits import TimeLimits
from actloss_cli.plan.plan import TaskFacts
from actloss_cli.plan.trial import Stack

AHEAD = 2
"""Tasks handed out per slot: one that trains, one that waits, so that no slot idles while results are stored."""
STOP_CHECK_S = 0.2
"""How often a wait looks whether it was told to stop: a signal's handler only sets a flag."""
LOSSES = 3
"""A stack has failed when so many tasks were lost with it in them: a node may go for reasons of its own, twice."""


class RayExecutor:
    """Trains stacks on a cluster, in any order.

    Ray itself tries nothing again. The stacks of a task that was lost, with its worker or its node, go again, each
    alone; one that is lost `LOSSES` times, raises, or takes too long is tried in parts, as in `LocalExecutor`. Leaving
    gives up whatever has not been given back.
    """

    def __init__(self, cluster: Cluster, tasks: Mapping[str, TaskFacts], limits: TimeLimits) -> None:
        self._cluster, self._limits = cluster, limits
        self._waiting = BatchQueue()
        self._in_flight: dict[Any, list[Job]] = {}
        self._answered: deque[Any] = deque()
        self._answers: deque[tuple[Job, Answer]] = deque()
        self._stopping = False
        self._datasets = {label: ray.put(load(facts.task.dataset, facts.task.kind)) for label, facts in tasks.items()}
        self._train = ray.remote(max_retries=0, **cluster.demand)(train_batch)

    def __enter__(self) -> "RayExecutor":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for reference in self._in_flight:
            ray.cancel(reference, force=True)

    @property
    def has_room(self) -> bool:
        """Whether less waits than a batch for every slot."""
        return self._waiting.seconds < self._cluster.n_slots * BATCH_S

    def submit(self, stack: Stack) -> None:
        """Queues a stack."""
        self._waiting.put(Job(stack))

    def stop_handing_out(self) -> None:
        """Gives up the stacks that are in no task yet; those of tasks are still given back.

        May be called at any moment by a signal's handler.
        """
        self._stopping = True

    @property
    def has_finished(self) -> bool:
        """Whether answers are here, or in a task that has ended."""
        return bool(self._answers or self._answered)

    def next_finished(self) -> Finished | None:
        """Waits for a stack to finish; None when nothing is left."""
        while True:
            while self._answers:
                if finished := self._judge(*self._answers.popleft()):
                    return finished
            self._hand_out()
            if not self._in_flight:
                return None
            if not self._answered:
                self._wait()
            if self._answered:
                self._take(self._answered.popleft())

    def _hand_out(self) -> None:
        if self._stopping:
            self._waiting.clear()
        n_slots = self._cluster.n_slots
        while self._waiting and len(self._in_flight) < AHEAD * n_slots:
            jobs = self._waiting.next_batch(n_slots)
            stacks = [job.stack for job in jobs]
            batch = Batch(stacks, [self._limits.of(stack) for stack in stacks], self._cluster.device, software_here())
            self._in_flight[self._train.remote(batch, self._datasets[stacks[0].trials[0].task.label])] = jobs

    def _wait(self) -> None:
        """For any task, a little while; then for no other, but takes all that have ended."""
        ready, others = ray.wait(list(self._in_flight), timeout=STOP_CHECK_S)
        if ready and others:
            more, _ = ray.wait(others, num_returns=len(others), timeout=0)
            ready += more
        self._answered.extend(ready)

    def _take(self, reference: Any) -> None:
        """The answers of one task; what it gives is in memory only from here on."""
        jobs = self._in_flight.pop(reference)
        try:
            answers: list[Answer] | Software = ray.get(reference)
        except ray.exceptions.RayTaskError as error:
            raise cannot_run(str(error)) from error
        except ray.exceptions.RayError as loss:
            self._take_loss(jobs, loss)
            return
        if isinstance(answers, Software):
            raise mismatch([("a node that joined", answers)])
        self._answers.extend(zip(jobs, answers, strict=True))

    def _take_loss(self, jobs: list[Job], loss: Exception) -> None:
        """They go again; those that were lost too often are told as failed."""
        message = f"the task was lost: {type(loss).__name__}: {str(loss).strip()}"
        lost = [replace(job, n_lost=job.n_lost + 1) for job in jobs]
        self._waiting.put_back(job for job in lost if job.n_lost < LOSSES)
        self._answers.extend((job, Failure(message)) for job in lost if job.n_lost >= LOSSES)

    def _judge(self, job: Job, answer: Answer) -> Finished | None:
        """Outcomes, or None where the stack is tried again in parts."""
        if not isinstance(answer, Failure):
            elapsed_s = sum(outcome.elapsed_s for outcome in answer)
            self._limits.note(job.stack, elapsed_s)
            self._waiting.note(job.stack, elapsed_s)
            return job.stack, answer
        if parts := parts_to_retry(job, answer):
            self._waiting.put_back(parts)
            return None
        return given_up(job, answer)
