"""A config as the trials that a run of it trained, and what follows from them: samples, model-steps, stacks."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from actloss_cli.config.expansion import expand
from actloss_cli.config.load import load_config
from actloss_cli.plan.plan import Plan, PlannedPairing, make_plan
from actloss_cli.plan.trial import Stack, Trial
from actloss_cli.store.reader import read_run


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
    """The trials of a finished run, in a stable order, with the validation score that each ended at (NaN: diverged)."""

    plan: Plan
    trials: tuple[Trial, ...]
    scores: Mapping[str, float] = field(repr=False)

    @property
    def model_steps(self) -> int:
        """Minibatches, summed over the trials."""
        return self.steps_of(self.trials)

    def steps_of(self, trials: Sequence[Trial]) -> int:
        """Minibatches that these trials' budgets hold, whether or not one of them diverges on the way."""
        return sum(trial.task.training.epochs * self.plan.tasks[trial.task.label].steps_per_epoch for trial in trials)

    def sample(self, n: int, seed: int) -> list[Trial]:
        """About n trials at equal distances, from a random start: every task, phase and pairing in its proportion."""
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
    scores: dict[str, float] = {}
    table = read_run(folder).trials
    row: Any
    for row in table.reset_index().itertuples():
        one = planned[str(row.pairing_id)]
        trial = Trial(one.facts.task, one.pairing, float(row.lr), row.phase, int(row.seed))
        if trial.id != row.trial:
            raise ValueError(f"{folder} is not a run of this plan: {trial.id} is stored as {row.trial}")
        trials[trial.id], scores[trial.id] = trial, float(row.validation_score)
    ordered = sorted(trials.values(), key=lambda t: (t.task.label, t.phase, t.pairing.label, t.lr, t.seed))
    return Job(plan, tuple(ordered), scores)
