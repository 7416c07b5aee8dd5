"""Carries a plan out: asks each group what it is missing, has it trained, stores it, asks again. The only writer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from actloss_cli.engine.outcome import TrialOutcome
from actloss_cli.plan.plan import Group, Plan, group_key
from actloss_cli.plan.protocol import Asked
from actloss_cli.plan.trial import Stack


class Executor(Protocol):
    """What the scheduler needs of whatever trains stacks."""

    def submit(self, stack: Stack) -> None:
        """Queues a stack."""
        ...

    def stop_handing_out(self) -> None:
        """Forgets stacks that nobody works on yet."""
        ...

    def next_finished(self) -> tuple[Stack, list[TrialOutcome]] | None:
        """Waits for a stack; None when nothing is left."""
        ...


class Writer(Protocol):
    """What the scheduler needs of the store."""

    def curves_of(self, trial_ids: list[str]) -> dict[str, NDArray[np.float32]]:
        """Validation scores `[E]` of those trials that are stored and trained to an end."""
        ...

    def commit(self, stack: Stack, outcomes: list[TrialOutcome]) -> None:
        """Stores one stack's outcomes, all or nothing."""
        ...

    def set_asked(self, asked: Mapping[str, Asked]) -> None:
        """Notes what each pairing (by id) of the plan in force asks for so far."""
        ...

    def flush(self) -> None:
        """Writes what is noted."""
        ...


@dataclass(frozen=True)
class Progress:
    """Counts for whoever shows them. `n_total` grows when a grid of learning rates is extended."""

    n_done: int
    n_total: int
    n_fresh: int
    """Of those done, the ones trained in this session."""
    n_diverged: int
    """Of the fresh ones."""
    n_crashed: int
    """Of the fresh ones: not tried again in this session, but in the next one."""
    failure: str
    """What the first crash said."""


class Scheduler:
    """One session of a run."""

    def __init__(self, plan: Plan, store: Writer, executor: Executor, watch: Callable[[Progress], None]) -> None:
        self._store, self._executor, self._watch = store, executor, watch
        self._groups = list(plan.groups())
        self._asked: list[list[Asked]] = []
        self._outstanding: list[int] = [0] * len(self._groups)
        self._number_of = {group.key: number for number, group in enumerate(self._groups)}
        self._n_fresh = self._n_diverged = 0
        self._lost: set[str] = set()
        self._failure = ""
        self._n_asked = self._n_missing = self._n_later = 0
        self._stopping = False

    def stop(self) -> None:
        """Hand out no more; finish and store what is in flight."""
        self._stopping = True
        self._executor.stop_handing_out()

    def run(self) -> Progress:
        """Until nothing is missing, or until stopped."""
        self._asked = [[] for _ in self._groups]
        for number in range(len(self._groups)):
            if self._stopping:
                break
            self._ask(number)
        self._store.flush()
        self._watch(self._progress())
        while (finished := self._executor.next_finished()) is not None:
            stack, outcomes = finished
            self._store.commit(stack, outcomes)
            self._count(stack, outcomes)
            number = self._number_of[group_key(stack.trials[0].task, stack.trials[0].pairing)]
            self._outstanding[number] -= len(stack.trials)
            if self._outstanding[number] == 0 and not self._stopping:
                self._ask(number)
            self._watch(self._progress())
        return self._progress()

    def _ask(self, number: int) -> None:
        """Finds out what a group needs now, notes it and hands it out."""
        group = self._groups[number]
        before = self._asked[number]
        asked = self._ask_group(group)
        self._asked[number] = asked
        self._n_asked += sum(len(a.trials) for a in asked) - sum(len(a.trials) for a in before)
        self._n_later += sum(a.later for a in asked) - sum(a.later for a in before)
        self._store.set_asked({planned.id: a for planned, a in zip(group.pairings, asked, strict=True)})
        if self._stopping:  # a signal may come while a group is asked
            return
        missing = [trial for one in asked for trial in one.missing if trial.id not in self._lost]
        for stack in group.stacks(missing):
            self._outstanding[number] += len(stack.trials)
            self._n_missing += len(stack.trials)
            self._executor.submit(stack)

    def _ask_group(self, group: Group) -> list[Asked]:
        """Each answer shows which trials are of interest; asks again until all that are stored have been looked at."""
        seen: dict[str, NDArray[np.float32]] = {}
        while True:
            asked = [planned.ask(seen) for planned in group.pairings]
            fresh = self._store.curves_of([trial.id for a in asked for trial in a.missing])
            if not fresh:
                return asked
            seen.update(fresh)

    def _count(self, stack: Stack, outcomes: list[TrialOutcome]) -> None:
        self._n_fresh += len(stack.trials)
        self._n_missing -= len(stack.trials)
        self._n_diverged += sum(outcome.status == "diverged" for outcome in outcomes)
        for trial, outcome in zip(stack.trials, outcomes, strict=True):
            if outcome.status == "crashed":
                self._lost.add(trial.id)
                self._failure = self._failure or outcome.message

    def _progress(self) -> Progress:
        return Progress(
            n_done=self._n_asked - self._n_missing,
            n_total=self._n_asked + self._n_later,
            n_fresh=self._n_fresh,
            n_diverged=self._n_diverged,
            n_crashed=len(self._lost),
            failure=self._failure,
        )
