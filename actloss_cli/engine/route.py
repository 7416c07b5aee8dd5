"""Which way a stack's trials are trained: side by side, or one after another where their optimizer can't be stacked."""

from collections.abc import Sequence

import torch

from actloss_cli import catalogue
from actloss_cli.datasets import Dataset
from actloss_cli.engine.outcome import TrialOutcome
from actloss_cli.engine.plain import PlainTraining
from actloss_cli.engine.train import StackedTraining
from actloss_cli.plan.trial import Trial


def train_trials(trials: Sequence[Trial], dataset: Dataset, device: torch.device) -> list[TrialOutcome]:
    """One outcome per trial of a stack, in order."""
    if catalogue.optimizer(trials[0].pairing.optimizer.name).stackable:
        return StackedTraining(trials, dataset, device=device).run()
    return [PlainTraining(trial, dataset, device=device).run() for trial in trials]
