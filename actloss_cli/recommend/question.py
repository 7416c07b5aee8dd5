"""What is asked: a table with its profile, and the one task that all its trainings have in common."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from actloss_cli.config.config import RunConfig
from actloss_cli.datasets import Dataset, DatasetRef
from actloss_cli.plan.trial import Pairing, SeedCounts, Task, TrainingSpec
from actloss_cli.recommend.grid import config_of, run_name, task_label
from actloss_cli.recommend.profile import Profile

UPDATES = 1000
"""Of one training, about."""
LEAST_EPOCHS, MOST_EPOCHS = 10, 200
"""Bounds for what so many updates make of large and of small tables."""
TRAINING_SHARE = 9 / 16
"""Of the rows: a quarter tests, a quarter of the others validates."""


@dataclass(frozen=True)
class Question:
    """A table, and how it is trained on."""

    profile: Profile
    task: Task
    name: str
    """Of the run."""

    def config(self, pairings: Sequence[Pairing]) -> RunConfig:
        """These pairings by the whole protocol."""
        return config_of(self.name, self.task, pairings)

    def everything(self, pairings: Sequence[Pairing]) -> RunConfig:
        """The same under a name of its own, for who has the time."""
        return config_of(f"{self.name}-all", self.task, pairings)

    def rung(self, pairings: Sequence[Pairing], epochs: int) -> RunConfig:
        """These pairings for so many epochs, on one seed of those that choose; no final seed takes part."""
        training = replace(self.task.training, epochs=epochs)
        task = replace(self.task, training=training, seeds=SeedCounts(tune=1, final=0))
        return config_of(self.name, task, pairings)


def make_question(ref: DatasetRef, dataset: Dataset, profile: Profile, epochs: int | None = None) -> Question:
    """The question of a table of that profile; without a number of epochs those of about a thousand updates."""
    stem = Path(ref.csv).stem
    if epochs is None:
        steps = math.ceil(TRAINING_SHARE * profile.n_rows / TrainingSpec.batch_size)
        epochs = min(max(math.ceil(UPDATES / steps), LEAST_EPOCHS), MOST_EPOCHS)
    task = Task(task_label(stem), profile.kind, ref, dataset.fingerprint, training=TrainingSpec(epochs=epochs))
    return Question(profile, task, run_name(stem))
