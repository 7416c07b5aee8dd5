"""The local executor: one single-threaded worker process per core. Takes stacks, gives back their outcomes."""

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from types import TracebackType

from actloss_cli.execute.jobs import Failure, Finished, Job, given_up, parts_to_retry, too_slow
from actloss_cli.execute.processes import prepare_workers
from actloss_cli.execute.time_limits import TimeLimits
from actloss_cli.execute.worker_process import WorkerProcess
from actloss_cli.plan.plan import Plan
from actloss_cli.plan.trial import Stack
from actloss_cli.store.packed import PackedOutcome

AHEAD = 2
"""Stacks handed out per worker: one that trains, one that waits, so that no worker idles while results are stored."""
STOP_CHECK_S = 0.2
"""How often a wait looks whether it was told to stop: a signal's handler only sets a flag."""
LONGEST_TICK_S = 1.0
"""What counts of the time between two looks: a run that was suspended, or that stored for long, hasn't waited."""


@dataclass(frozen=True)
class LocalCrew:
    """Worker processes of this machine."""

    n_workers: int
    device: str
    timeout_s: float | None = None
    """How long a stack may take; None for a limit by its size."""
    provenance: Mapping[str, object] = field(default_factory=dict)

    def muster(self) -> tuple[str, ...]:
        """They come when they are needed."""
        return ()

    def executor(self, plan: Plan) -> "LocalExecutor":
        """For the stacks of this plan."""
        return LocalExecutor(self.n_workers, self.device, TimeLimits(plan.tasks, self.timeout_s))


class LocalExecutor:
    """Trains stacks in worker processes, in any order.

    A stack whose worker dies, raises or takes too long is tried again in parts. A trial that fails alone is `crashed`;
    the trials of a part that takes too long again are `timeout`; the rest goes on. Leaving gives up whatever has not
    been given back.
    """

    def __init__(self, n_workers: int, device: str, limits: TimeLimits) -> None:
        self._n_workers, self._device, self._limits = n_workers, device, limits
        self._context = prepare_workers()
        self._waiting: deque[Job] = deque()
        self._workers: list[WorkerProcess] = []
        self._room = AHEAD * n_workers
        self._stopping = False
        self._last_look = time.monotonic()

    def __enter__(self) -> "LocalExecutor":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.kill()

    @property
    def has_room(self) -> bool:
        """Whether fewer stacks wait than workers may take at once."""
        return len(self._waiting) < self._room

    def submit(self, stack: Stack) -> None:
        """Queues a stack."""
        self._waiting.append(Job(stack))

    def stop_handing_out(self) -> None:
        """Gives up the stacks that no worker has begun; those being trained are still given back.

        May be called at any moment by a signal's handler.
        """
        self._stopping = True

    @property
    def has_finished(self) -> bool:
        """Whether a worker has answered."""
        return any(worker.has_answer for worker in self._workers if worker.jobs)

    def next_finished(self) -> Finished | None:
        """Waits for a stack to finish; None when nothing is left."""
        while True:
            self._hand_out()
            busy = [worker for worker in self._workers if worker.jobs]
            if not busy:
                return None
            self._wait(busy)
            for worker in busy:
                answer = worker.take() or self._lose_patience(worker)
                if answer is None:
                    continue
                if worker.is_dead:
                    self._dismiss(worker)
                if finished := self._judge(*answer):
                    return finished

    def _hand_out(self) -> None:
        if self._stopping:
            self._give_up_waiting()
        for worker in [worker for worker in self._workers if worker.is_dead and not worker.jobs]:
            self._dismiss(worker)
        for depth in range(1, AHEAD + 1):
            for place in range(self._n_workers):
                if not self._waiting:
                    return
                if place == len(self._workers):
                    self._workers.append(WorkerProcess(self._context, self._device))
                if len(self._workers[place].jobs) < depth:
                    self._workers[place].give(self._waiting.popleft())

    def _give_up_waiting(self) -> None:
        """What a worker begins nevertheless, it trains in vain: its trials stay missing."""
        self._waiting.clear()
        for worker in self._workers:
            while len(worker.jobs) > 1:
                worker.jobs.pop()

    def _wait(self, busy: list[WorkerProcess]) -> None:
        """For any sign of them, a little while; counts the time that each has been waited for."""
        wait([sign for worker in busy for sign in worker.signs], timeout=STOP_CHECK_S)
        now = time.monotonic()
        tick, self._last_look = min(now - self._last_look, LONGEST_TICK_S), now
        for worker in busy:
            worker.waited_s += tick

    def _lose_patience(self, worker: WorkerProcess) -> tuple[Job, Failure] | None:
        job = worker.jobs[0]
        limit = self._limits.of(job.stack)
        if worker.waited_s <= limit:
            return None
        worker.kill()
        worker.jobs.popleft()
        return job, too_slow(job.stack, limit)

    def _dismiss(self, worker: WorkerProcess) -> None:
        """What waited for a worker that is dead waits for another."""
        worker.kill()
        self._waiting.extendleft(reversed(worker.jobs))
        self._workers.remove(worker)

    def _judge(self, job: Job, answer: list[PackedOutcome] | Failure) -> Finished | None:
        """Outcomes, or None where the stack is tried again in parts."""
        if not isinstance(answer, Failure):
            self._limits.note(job.stack, sum(outcome.elapsed_s for outcome in answer))
            return job.stack, answer
        if parts := parts_to_retry(job, answer):
            self._waiting.extendleft(reversed(parts))
            return None
        return given_up(job, answer)
