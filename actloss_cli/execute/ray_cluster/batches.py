"""Stacks that wait for a node, and how many of them make one task: enough for seconds, fewer towards the end."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable

from actloss_cli.execute.jobs import Job
from actloss_cli.plan.trial import Stack, Way

BATCH_S = 4.0
"""How long a task should take: its own cost, some milliseconds, is then nothing, and its loss is not much."""

Sort = tuple[str, Way]
"""Task and way to train: what decides the cost of a trial."""


class BatchQueue:
    """Jobs in the order in which they came, given out in batches of one task's stacks."""

    def __init__(self) -> None:
        self._jobs: deque[Job] = deque()
        self._n_stacks: Counter[Sort] = Counter()
        self._n_trials: Counter[Sort] = Counter()
        self._measured_s: defaultdict[Sort, float] = defaultdict(float)
        self._measured_trials: Counter[Sort] = Counter()

    def __len__(self) -> int:
        return len(self._jobs)

    @property
    def seconds(self) -> float:
        """What all that waits takes on one core; a stack of a sort that is not known yet counts as a whole batch."""
        return sum(
            n_stacks * BATCH_S if (pace := self._pace(sort)) is None else self._n_trials[sort] * pace
            for sort, n_stacks in self._n_stacks.items()
        )

    def put(self, job: Job) -> None:
        """At the end."""
        self._jobs.append(job)
        self._count(job, 1)

    def put_back(self, jobs: Iterable[Job]) -> None:
        """At the front."""
        for job in reversed(list(jobs)):
            self._jobs.appendleft(job)
            self._count(job, 1)

    def clear(self) -> None:
        """Gives up all."""
        self._jobs.clear()
        self._n_stacks.clear()
        self._n_trials.clear()

    def note(self, stack: Stack, elapsed_s: float) -> None:
        """Takes in what a stack took."""
        self._measured_s[_sort(stack)] += elapsed_s
        self._measured_trials[_sort(stack)] += len(stack.trials)

    def next_batch(self, n_slots: int) -> list[Job]:
        """Jobs from the front, at least one where any waits, of one task.

        They take `BATCH_S` together, or a slot's share of all that waits where that is less. A job whose batch was lost
        goes alone, so that it is known which one was at fault if that happens again.
        """
        target = min(BATCH_S, self.seconds / n_slots)
        batch: list[Job] = []
        while self._jobs and (not batch or self._fits(self._jobs[0], batch, target)):
            job = self._jobs.popleft()
            self._count(job, -1)
            batch.append(job)
        return batch

    def _fits(self, job: Job, batch: list[Job], target: float) -> bool:
        pace = self._pace(_sort(job.stack))
        if pace is None or job.n_lost or batch[0].n_lost or _sort(job.stack) != _sort(batch[0].stack):
            return False
        n_trials = sum(len(one.stack.trials) for one in (*batch, job))
        return n_trials * pace <= target

    def _pace(self, sort: Sort) -> float | None:
        """Seconds per trial; None before the first of its sort."""
        n_trials = self._measured_trials[sort]
        return self._measured_s[sort] / n_trials if n_trials else None

    def _count(self, job: Job, sign: int) -> None:
        self._n_stacks[_sort(job.stack)] += sign
        self._n_trials[_sort(job.stack)] += sign * len(job.stack.trials)


def _sort(stack: Stack) -> Sort:
    return stack.trials[0].task.label, stack.way
