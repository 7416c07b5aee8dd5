"""A config as the trials that a run of it trained, and what follows from them: samples, model-steps, stacks."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from actloss_cli.config.expansion import expand
from actloss_cli.config.load import load_config
from actloss_cli.plan.plan import Plan, PlannedPairing, make_plan
from actloss_cli.plan.trial import Stack, Trial
from actloss_cli.store.reader import read_run

Curve: TypeAlias = NDArray[np.float32]
"""Validation score `[E]`."""


@dataclass(frozen=True)
class Work:
    """A config file, its path relative to the repository, with what `--set` changes of it."""

    config: str
    changes: tuple[str, ...] = ()

    def plan(self) -> Plan:
        """Its pairings; loads the data."""
        return make_plan(expand(load_config(self.config, list(self.changes))))


@dataclass(frozen=True)
class Job:
    """The trials of a finished run, in a stable order, and how they went."""

    plan: Plan
    trials: tuple[Trial, ...]
    curves: Mapping[str, Curve] = field(repr=False)
    """Validation score after each epoch by trial, NaN from the epoch on in which it diverged."""

    @property
    def model_steps(self) -> int:
        """Minibatches, summed over the trials."""
        return self.steps_of(self.trials)

    def steps_of(self, trials: Sequence[Trial]) -> int:
        """Minibatches that these trials' budgets hold, whether or not one of them diverges on the way."""
        return sum(trial.task.training.epochs * self.plan.tasks[trial.task.label].steps_per_epoch for trial in trials)

    def sample(self, n: int, seed: int) -> list[Trial]:
        """About n trials at equal distances, from a random start: every task and phase in its proportion.

        Pairings are spread as evenly as n allows; where there are more of them than n, most are left out.
        """
        if n >= len(self.trials):
            return list(self.trials)
        distance = len(self.trials) / n
        start = random.Random(seed).random() * distance
        return [self.trials[int(start + k * distance)] for k in range(n)]

    def stacks(self) -> Iterator[tuple[Stack, PlannedPairing]]:
        """The stacks that a run packs these trials into, each with a pairing of it."""
        phases = [(phase, [t for t in self.trials if t.phase == phase]) for phase in ("tune", "final")]
        for group in self.plan.groups():
            members = {planned.pairing for planned in group.pairings}
            label = group.pairings[0].facts.task.label
            for _, trials in phases:
                chosen = [t for t in trials if t.task.label == label and t.pairing in members]
                for stack in group.stacks(chosen):
                    yield stack, group.pairings[0]


def job_of(plan: Plan, folder: Path) -> Job:
    """What the finished run in `folder` trained; raises where it is not the run of this plan."""
    planned = {one.id: one for one in plan.pairings}
    trials: dict[str, Trial] = {}
    curves: dict[str, Curve] = {}
    run = read_run(folder)
    row: Any
    for row, padded in zip(run.trials.reset_index().itertuples(), run.validation_score, strict=True):
        one = planned[str(row.pairing_id)]
        trial = Trial(one.facts.task, one.pairing, float(row.lr), row.phase, int(row.seed))
        if trial.id != row.trial:
            raise ValueError(f"{folder} is not a run of this plan: {trial.id} is stored as {row.trial}")
        curve = padded[: trial.task.training.epochs]
        # who is finite on validation but not on the test rows has diverged too, at the end
        trials[trial.id], curves[trial.id] = trial, curve if row.status == "done" else _ending_in_nan(curve)
    ordered = sorted(trials.values(), key=lambda t: (t.task.label, t.phase, t.pairing.label, t.lr, t.seed))
    return Job(plan, tuple(ordered), curves)


def _ending_in_nan(curve: Curve) -> Curve:
    return np.append(curve[:-1], np.float32(np.nan))
