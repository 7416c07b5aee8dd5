"""How much of a regression's targets an output can reach, and the R² that is left at best."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.spec import Coding


@dataclass(frozen=True)
class Reach:
    """Of predictions in the target's coded units, the ends that the output's range allows."""

    low: float
    high: float
    unreachable: float
    """Share of the targets outside."""
    r2_ceiling: float
    """R² of the best predictor within the ends, which gives each target itself or the end that is nearest."""


def reach_of(output: Choice, loss: Choice, coded: NDArray[np.float64]) -> Reach:
    """Of coded targets `[N]`, not all the same: R² = 1 - mean (y - clip y)² / var y."""
    spec = catalogue.activation(output.name)
    ends = spec.range_for(output.hyper(spec))
    link = catalogue.loss(loss.name).link
    low, high = (
        value if link is None else float(link(torch.tensor(value, dtype=torch.float64)))
        for value in (ends.low, ends.high)
    )
    return reach_between(low, high, coded)


def reach_between(low: float, high: float, coded: NDArray[np.float64]) -> Reach:
    """The same of an output that gives anything from `low` to `high`."""
    missed = coded - coded.clip(low, high)
    return Reach(low, high, float((missed != 0).mean()), float(1 - np.square(missed).mean() / coded.var()))


def coded_targets(y: NDArray[np.float64], coding: Coding) -> NDArray[np.float64]:
    """Targets `[N]` as the loss sees them: a rate is in units of the mean, everything else standardised."""
    if coding.target == "rate":
        return np.asarray(y / (y.mean() or 1.0))
    return np.asarray((y - y.mean()) / (y.std() or 1.0))
