"""When a function counts as saturated: a hidden unit by its slope, an output by the ends of its range."""

import math
from functools import lru_cache

import torch

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.at_start import function_at_start
from actloss_cli.catalogue.interval import Interval

FLAT = 0.05
"""Of the function's largest slope: below it a unit passes next to no gradient on."""
ROWS = 0.95
"""Share of the rows on which a saturated unit is flat, at least."""
END = 1e-3
"""How near an end counts as at it: of the range's width, or in units of the output where only one end is finite."""
REACH, POINTS = 2.0, 4001
"""The grid of z on which slopes are compared: where inputs lie, since a square is steeper the farther out."""


@lru_cache(maxsize=1024)
def largest_slope(activation: Choice) -> float:
    """The largest |f'(z)| for -2 <= z <= 2, learnable parameters at their start, a stochastic f as in evaluation.

    NaN for a function along the features, where one unit alone has no slope.
    """
    spec = catalogue.activation(activation.name)
    if spec.along_features:
        return math.nan
    z = torch.linspace(-REACH, REACH, POINTS, dtype=torch.float64, requires_grad=True)
    with torch.enable_grad():
        total = function_at_start(spec, activation.hyper(spec))(z).sum()
    (slope,) = torch.autograd.grad(total, z)
    return float(slope.abs().max())


def end_zones(reach: Interval) -> tuple[float, float]:
    """An output at or below the first number, or at or above the second, is at an end; infinite where there is none."""
    width = reach.high - reach.low
    near = END * width if math.isfinite(width) else END
    return reach.low + near, reach.high - near
