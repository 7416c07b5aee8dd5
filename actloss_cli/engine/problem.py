"""A task as the engine trains it: the scaled tensors and coded targets of one seed, and the order of its rows."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from actloss_cli.catalogue.coding import code_targets
from actloss_cli.catalogue.spec import Coding
from actloss_cli.datasets import Dataset, split
from actloss_cli.datasets.dataset import Features
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
    """Of the training targets of a regression (0 and their mean for a rate); 0 and 1 for classes."""
    class_weights: Tensor
    """`[K]` n / (K n_class) over the training rows, as scikit-learn's `balanced`; empty for a regression."""


@dataclass(frozen=True)
class _Rows:
    """Scaled features and labels of one part, as tensors."""

    X: Tensor
    y: Tensor


@lru_cache(maxsize=16)
def _scaled(
    dataset: Dataset, phase: Phase, seed: int, dtype: torch.dtype, device: torch.device
) -> tuple[_Rows, _Rows, _Rows]:
    """Training, validation and test rows of one seed; kept, since every pairing reads them again."""
    rows = split(dataset, phase, seed)

    def tensors(X: Features, y: NDArray[np.float64] | NDArray[np.int64]) -> _Rows:
        return _Rows(torch.from_numpy(X).to(device, dtype), torch.from_numpy(y).to(device))

    return (
        tensors(rows.X_train, rows.y_train),
        tensors(rows.X_validation, rows.y_validation),
        tensors(rows.X_test, rows.y_test),
    )


def problem_for(
    dataset: Dataset, phase: Phase, seed: int, coding: Coding, n_units: int, dtype: torch.dtype, device: torch.device
) -> Problem:
    """Splits, scales and codes the dataset for one seed."""
    parts = _scaled(dataset, phase, seed, dtype, device)
    y = parts[0].y.cpu().numpy()
    y_mean, y_scale = 0.0, 1.0
    if dataset.kind == "regression":
        mean, spread = float(y.mean()), float(y.std())
        y_mean, y_scale = (0.0, mean or 1.0) if coding.target == "rate" else (mean, spread or 1.0)
    train, validation, test = (
        Part(rows.X, rows.y, code_targets(rows.y, coding, n_units, y_mean, y_scale, dtype)) for rows in parts
    )
    return Problem(
        train=train,
        validation=validation,
        test=test,
        y_mean=y_mean,
        y_scale=y_scale,
        class_weights=_balanced(y, len(dataset.classes)).to(device, dtype),
    )


def _balanced(y: NDArray[np.float64] | NDArray[np.int64], n_classes: int) -> Tensor:
    if not n_classes:
        return torch.empty(0)
    return torch.from_numpy(len(y) / (n_classes * np.bincount(y, minlength=n_classes)))


def epoch_order(dataset: Dataset, phase: Phase, seed: int, epoch: int, n_train: int) -> Tensor:
    """The order `[N]` in which training rows are visited: by (dataset, seed, epoch), never by pairing."""
    generator = torch.Generator().manual_seed(derive_seed(dataset.fingerprint, phase, seed, "order", epoch))
    return torch.randperm(n_train, generator=generator)
