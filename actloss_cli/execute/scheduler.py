"""Carries a plan out: asks each group what it is missing, has it trained, stores it, asks again. The only writer."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from actloss_cli.execute.jobs import Finished
from actloss_cli.plan.plan import Group, Plan, group_key
from actloss_cli.plan.protocol import Asked
from actloss_cli.plan.trial import Stack
from actloss_cli.store.packed import Outcome

TRIALS_PER_COMMIT = 8192
"""How many trials one transaction holds, where so many have finished: it costs more than what it writes."""
GROUPS_PER_FLUSH = 64
"""How many groups' notes gather before they are written, while all are counted."""


class Executor(Protocol):
    """What the scheduler needs of whatever trains stacks."""

    @property
    def has_room(self) -> bool:
        """Whether another stack would not have to wait long."""
        ...

    def submit(self, stack: Stack) -> None:
        """Queues a stack."""
        ...

    def stop_handing_out(self) -> None:
        """Forgets stacks that nobody works on yet."""
        ...

    @property
    def has_finished(self) -> bool:
        """Whether the next stack would not have to be waited for."""
        ...

    def next_finished(self) -> Finished | None:
        """Waits for a stack; None when nothing is left."""
        ...


class Writer(Protocol):
    """What the scheduler needs of the store."""

    def curves_of(self, trial_ids: list[str]) -> dict[str, NDArray[np.float32]]:
        """Validation scores `[E]` of those trials that are stored and trained to an end."""
        ...

    def commit(self, finished: Sequence[Finished]) -> None:
        """Stores the outcomes of stacks, all or nothing."""
        ...

    def set_asked(self, asked: Mapping[str, Asked]) -> None:
        """Notes what each pairing (by id) of the plan in force asks for so far."""
        ...

    def flush(self) -> None:
        """Writes what is noted."""
        ...

    def put_in_force(self) -> None:
        """Makes the plan with all that is noted the one that readers see."""
        ...


@dataclass(frozen=True)
class Progress:
    """Counts for whoever shows them."""

    n_done: int
    n_total: int | None
    """None until every group is counted; grows when a grid of learning rates is extended."""
    n_fresh: int
    """Of those done, the ones trained in this session."""
    n_diverged: int
    """Of the fresh ones."""
    n_crashed: int
    """Of the fresh ones, or timed out: not tried again in this session, but in the next one."""
    failure: str
    """What the first of them said."""
    stopped: bool
    """Whether the session was told to stop."""

    @property
    def is_complete(self) -> bool:
        """Whether the session came to its end with every trial there that the plan asks for."""
        return not self.stopped and not self.n_crashed and self.n_done == self.n_total


@dataclass(frozen=True)
class _Counts:
    """What is known of one group without keeping its trials."""

    n_asked: int = 0
    n_missing: int = 0
    n_later: int = 0


class Scheduler:
    """One session of a run: counts every group, then hands groups out as workers have room for them.

    A group's trials exist only while it is counted and while its stacks are out, so memory doesn't grow with the plan.
    """

    def __init__(self, plan: Plan, store: Writer, executor: Executor, watch: Callable[[Progress], None]) -> None:
        self._store, self._executor, self._watch = store, executor, watch
        self._groups = list(plan.groups())
        self._number_of = {group.key: number for number, group in enumerate(self._groups)}
        self._counts = [_Counts()] * len(self._groups)
        self._n_asked = self._n_missing = self._n_later = 0
        self._outstanding: dict[int, int] = {}
        self._n_fresh = self._n_diverged = 0
        self._lost: set[str] = set()
        self._failure = ""
        self._is_counted = self._stopping = False

    def stop(self) -> None:
        """Hand out no more; finish and store what is in flight."""
        self._stopping = True
        self._executor.stop_handing_out()

    def count(self) -> bool:
        """Notes what each group asks for and puts the plan in force; False if stopped before, with nothing changed."""
        for number in range(len(self._groups)):
            self._ask(number)
            if self._stopping:
                return False
            if number % GROUPS_PER_FLUSH == 0:
                self._store.flush()
                self._watch(self.progress())
        self._store.put_in_force()
        self._is_counted = True
        return True

    def train(self) -> None:
        """Once counted: until nothing is missing, or until stopped."""
        self._watch(self.progress())
        unfinished = (number for number, counts in enumerate(self._counts) if counts.n_missing)
        self._hand_out_some(unfinished)
        while finished := self._take_finished():
            self._store.commit(finished)
            for stack, outcomes in finished:
                number = self._number_of[group_key(stack.trials[0].task, stack.trials[0].pairing)]
                self._take_in(number, stack, outcomes)
                if not self._outstanding[number]:
                    self._hand_out(number)
            self._hand_out_some(unfinished)
            self._watch(self.progress())

    def progress(self) -> Progress:
        """Where the session stands."""
        return Progress(
            n_done=self._n_asked - self._n_missing,
            n_total=self._n_asked + self._n_later if self._is_counted else None,
            n_fresh=self._n_fresh,
            n_diverged=self._n_diverged,
            n_crashed=len(self._lost),
            failure=self._failure,
            stopped=self._stopping,
        )

    def _take_finished(self) -> list[Finished]:
        """Waits for a stack, and takes with it those that have finished too; empty when nothing is left."""
        taken: list[Finished] = []
        n_trials = 0
        while not taken or (self._executor.has_finished and n_trials < TRIALS_PER_COMMIT):
            finished = self._executor.next_finished()
            if finished is None:
                break
            taken.append(finished)
            n_trials += len(finished[0].trials)
        return taken

    def _hand_out_some(self, unfinished: Iterator[int]) -> None:
        """Groups in turn, until the workers have enough."""
        while not self._stopping and self._executor.has_room and (number := next(unfinished, None)) is not None:
            self._hand_out(number)

    def _hand_out(self, number: int) -> None:
        """What a group is missing now goes to the executor."""
        self._outstanding[number] = 0
        asked = [] if self._stopping else self._ask(number)
        missing = [trial for one in asked for trial in one.missing if trial.id not in self._lost]
        for stack in self._groups[number].stacks(missing):
            if self._stopping:  # a signal may come while a group is asked
                return
            self._outstanding[number] += len(stack.trials)
            self._executor.submit(stack)

    def _ask(self, number: int) -> list[Asked]:
        """Finds out what a group needs now, and notes it."""
        group = self._groups[number]
        asked = self._ask_group(group)
        self._store.set_asked({planned.id: a for planned, a in zip(group.pairings, asked, strict=True)})
        n_missing = sum(trial.id not in self._lost for a in asked for trial in a.missing)
        self._note(number, _Counts(sum(len(a.trials) for a in asked), n_missing, sum(a.later for a in asked)))
        return asked

    def _note(self, number: int, counts: _Counts) -> None:
        before, self._counts[number] = self._counts[number], counts
        self._n_asked += counts.n_asked - before.n_asked
        self._n_missing += counts.n_missing - before.n_missing
        self._n_later += counts.n_later - before.n_later

    def _ask_group(self, group: Group) -> list[Asked]:
        """Each answer shows which trials are of interest; asks again until all that are stored have been looked at."""
        seen: dict[str, NDArray[np.float32]] = {}
        while True:
            asked = [planned.ask(seen) for planned in group.pairings]
            fresh = self._store.curves_of([trial.id for a in asked for trial in a.missing])
            if not fresh:
                return asked
            seen.update(fresh)

    def _take_in(self, number: int, stack: Stack, outcomes: Sequence[Outcome]) -> None:
        """Counts what came back."""
        counts = self._counts[number]
        self._note(number, replace(counts, n_missing=counts.n_missing - len(stack.trials)))
        self._outstanding[number] -= len(stack.trials)
        self._n_fresh += len(stack.trials)
        self._n_diverged += sum(outcome.status == "diverged" for outcome in outcomes)
        for trial, outcome in zip(stack.trials, outcomes, strict=True):
            if outcome.status in ("crashed", "timeout"):
                self._lost.add(trial.id)
                self._failure = self._failure or outcome.message
