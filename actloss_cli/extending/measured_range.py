"""The range of a function of which nothing but its values is known: measured on a grid, extended by its growth."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from actloss_cli.catalogue.interval import Interval

REACHES = (1e2, 1e4, 1e6)
"""How far from 0 the function is looked at, farther each time."""
N_POINTS, N_ROWS = 20_001, 4096
SHRINKS = 0.5
"""A bound goes on growing unless, from reach to reach, it grows by no more than this share of what it grew before."""
SLIGHT = 1e-4
"""Growth by less than this share of the bound is a matter of the grid, as of a wave whose crests it misses."""
DIGITS = 5
"""A bound is rounded to so many, so that what comes within rounding of 1 has the bound 1."""


def measured_range(apply: Callable[[Tensor], Tensor], *, along_features: bool) -> Interval:
    """Its ends count as values of the function; all numbers where none of its values is finite.

    `apply` maps `[N, 1]`, or `[N, 3]` along the features, in float64 to the same shape.
    """
    lows, highs = zip(*(_ends(apply, reach, along_features) for reach in REACHES), strict=True)
    return Interval(0.0 - _bound([-low for low in lows]), _bound(highs))


def _ends(apply: Callable[[Tensor], Tensor], reach: float, along_features: bool) -> tuple[float, float]:
    """The least and the largest value within that reach, NaN aside; what overflows is infinite."""
    with torch.no_grad():
        y = apply(_features(reach) if along_features else _line(reach)[:, None])
    known = y[~y.isnan()]
    return (float(known.min()), float(known.max())) if known.numel() else (-math.inf, math.inf)


def _line(reach: float) -> Tensor:
    """Denser near 0: half of the points lie within 10."""
    near = torch.linspace(-10, 10, N_POINTS, dtype=torch.float64)
    far = torch.logspace(1, math.log10(reach), N_POINTS // 2, dtype=torch.float64)
    return torch.cat([-far.flip(0), near, far])


def _features(reach: float) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(N_ROWS, 3, dtype=torch.float64, generator=generator)
    sizes = torch.logspace(-1, math.log10(reach), N_ROWS, dtype=torch.float64)
    return z * sizes[:, None]


def _bound(highs: Sequence[float]) -> float:
    """What a maximum tends to, from that within each reach."""
    if not all(map(math.isfinite, highs)):
        return math.inf
    first, second = highs[1] - highs[0], highs[2] - highs[1]
    if second > max(SHRINKS * first, SLIGHT * abs(highs[1])):
        return math.inf
    if first > second > 0:
        return _rounded(highs[2] + second * second / (first - second))
    return _rounded(highs[2])


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}") + 0.0
