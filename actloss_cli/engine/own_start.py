"""The modules of a user's factory for the trials of a stack, and their initial parameters."""

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor

from actloss_cli.engine.feed import Feed
from actloss_cli.engine.own_network import Part
from actloss_cli.engine.plain_model import own_model
from actloss_cli.plan.trial import Trial


def own_parts(
    trials: Sequence[Trial], feed: Feed, n_units: int, dtype: torch.dtype, device: torch.device
) -> list[Part]:
    """A model for each run of trials with one activation; its own parameters are of no use."""
    parts, start = [], 0
    for _, group in itertools.groupby(trials, key=lambda trial: trial.pairing.activation):
        same = list(group)
        model = own_model(same[0], feed.n_features, n_units, feed.batch_size)
        parts.append(Part(model.to(device, dtype), slice(start, start + len(same))))
        start += len(same)
    return parts


def start_own(column: Tensor, trials: Sequence[Trial], n_features: int, n_units: int) -> None:
    """Fills the parameters `[T, P, 1]` with those that each trial's model starts with."""
    for flat, trial in zip(column, trials, strict=True):
        model = own_model(trial, n_features, n_units, trial.task.training.batch_size)
        flat[:, 0].copy_(torch.cat([parameter.detach().flatten() for parameter in model.parameters()]))
