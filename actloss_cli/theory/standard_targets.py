"""Targets of a task of which nothing but its kind is known: what an explanation without a dataset is held against."""

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

from actloss_cli.catalogue.spec import Coding, Kind

N_TARGETS = 100_000
"""Of a regression: evenly spread quantiles, so that means over them are right to 1e-4."""


def standard_targets(kind: Kind, coding: Coding | None, n_classes: int) -> NDArray[np.float64] | NDArray[np.int64]:
    """`[N]`: standard normal ones of a regression, exponential ones with mean 1 for a rate, else each class once."""
    if kind != "regression":
        return np.arange(n_classes)
    return _exponential() if coding is not None and coding.target == "rate" else _normal()


def words_for_standard(kind: Kind, coding: Coding | None) -> str:
    """What these are called."""
    if kind != "regression":
        return "equally common classes"
    rate = coding is not None and coding.target == "rate"
    return "exponential targets with mean 1" if rate else "standard normal targets"


@lru_cache(maxsize=1)
def _normal() -> NDArray[np.float64]:
    return np.asarray(torch.special.ndtri(_levels()))


@lru_cache(maxsize=1)
def _exponential() -> NDArray[np.float64]:
    return np.asarray(-torch.log1p(-_levels()))


def _levels() -> torch.Tensor:
    """In the middle of each of N equal shares."""
    return (torch.arange(N_TARGETS, dtype=torch.float64) + 0.5) / N_TARGETS
