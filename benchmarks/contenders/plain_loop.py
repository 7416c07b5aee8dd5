"""The plain PyTorch loop: one model at a time, `torch.nn`, `torch.optim`."""

import math

import torch

from actloss_cli.datasets import load
from actloss_cli.engine.plain import PlainTraining
from actloss_cli.plan.trial import Trial


def train_plain(trial: Trial) -> float:
    """Trains a trial on one thread; gives its last validation score, NaN where it diverged."""
    torch.set_num_threads(1)
    outcome = PlainTraining(trial, load(trial.task.dataset, trial.task.kind)).run()
    return outcome.metrics.get("validation_score", math.nan) if outcome.status == "done" else math.nan
