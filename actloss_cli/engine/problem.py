"""A task as the engine trains it: the scaled tensors and coded targets of one seed, and the order of its rows."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from actloss_cli.catalogue.spec import Coding
from actloss_cli.datasets import Dataset, split
from actloss_cli.plan.trial import Phase
from actloss_cli.seeding import derive_seed


@dataclass(frozen=True)
class Part:
    """Rows of one seed: training, validation or test. D features, N rows, C units."""

    X: Tensor
    """`[N, D]`, standardised on the training rows."""
    y: Tensor
    """`[N]` float64 in original units, or int64 class indices."""
    target: Tensor
    """Coded for the loss: `[N, C]` floats, or `[N]` indices."""


@dataclass(frozen=True)
class Problem:
    """One seed's view of a task."""

    train: Part
    validation: Part
    test: Part
    y_mean: float
    y_scale: float
    """Of the training targets of a regression; 0 and 1 for classes."""


@lru_cache(maxsize=64)
def problem_for(
    dataset: Dataset, phase: Phase, seed: int, coding: Coding, n_units: int, dtype: torch.dtype, device: torch.device
) -> Problem:
    """Splits, scales and codes the dataset for one seed."""
    rows = split(dataset, phase, seed)
    y_mean, y_scale = 0.0, 1.0
    if dataset.kind == "regression":
        y_mean, y_scale = float(rows.y_train.mean()), float(rows.y_train.std()) or 1.0

    def part(X: NDArray[np.float64], y: NDArray[np.float64] | NDArray[np.int64]) -> Part:
        labels = torch.from_numpy(y).to(device)
        return Part(
            torch.from_numpy(X).to(device, dtype), labels, code(labels, coding, n_units, y_mean, y_scale, dtype)
        )

    return Problem(
        train=part(rows.X_train, rows.y_train),
        validation=part(rows.X_validation, rows.y_validation),
        test=part(rows.X_test, rows.y_test),
        y_mean=y_mean,
        y_scale=y_scale,
    )


def code(y: Tensor, coding: Coding, n_units: int, y_mean: float, y_scale: float, dtype: torch.dtype) -> Tensor:
    """Targets `[N]` in original units to what the loss takes: `[N, C]` floats, or `[N]` class indices."""
    match coding.target:
        case "index":
            return y
        case "one_hot":
            return torch.nn.functional.one_hot(y, n_units).to(dtype)
        case "zero_one":
            return y[:, None].to(dtype)
        case "minus_plus":
            return (2 * y - 1)[:, None].to(dtype)
        case "standardised":
            return ((y - y_mean) / y_scale)[:, None].to(dtype)


def epoch_order(dataset: Dataset, phase: Phase, seed: int, epoch: int, n_train: int) -> Tensor:
    """The order `[N]` in which training rows are visited: by (dataset, seed, epoch), never by pairing."""
    generator = torch.Generator().manual_seed(derive_seed(dataset.fingerprint, phase, seed, "order", epoch))
    return torch.randperm(n_train, generator=generator)
