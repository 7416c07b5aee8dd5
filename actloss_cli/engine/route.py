"""Trains the trials of a stack the way that the plan has chosen: side by side, or one after another."""

import torch

from actloss_cli.datasets import Dataset
from actloss_cli.engine.outcome import TrialOutcome
from actloss_cli.engine.plain import PlainTraining
from actloss_cli.engine.train import StackedTraining
from actloss_cli.plan.trial import Stack


def train_stack(stack: Stack, dataset: Dataset, device: torch.device) -> list[TrialOutcome]:
    """One outcome per trial, in order."""
    if stack.way == "stack":
        return StackedTraining(stack.trials, dataset, device=device).run()
    return [PlainTraining(trial, dataset, device=device).run() for trial in stack.trials]
