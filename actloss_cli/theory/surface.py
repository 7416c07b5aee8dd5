"""An output's composite loss L(y, z) = loss(y, output(z)) over pre-activations z, with its gradient: float64, autograd.

One unit: both classes, or a low and a high target of a regression, over a grid of z. C units: the true class's
pre-activation a against that of all others, b, over a grid of (a, b): every function of the catalogue treats wrong
classes alike.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.coding import code_targets
from actloss_cli.catalogue.spec import Coding, Target
from actloss_cli.threads import single_thread

REACH = 30.0
"""Pre-activations from -30 to 30: beyond, float64 tells no more of any function here."""
ONE_UNIT_POINTS = 2401
NEAR, NEAR_STEP, FAR_STEP = 9.0, 0.5, 3.0
"""Of C units the grid is fine where functions bend, and coarse beyond."""
WRONG = 8.0
"""A pre-activation at which a wrong prediction is a confident one."""
SAME = 1e-3
"""Losses that differ by less are the same to whoever trains on them."""
_VALUES: dict[Target, tuple[float, float]] = {"standardised": (-1.0, 1.0), "rate": (0.5, 2.0)}
"""Of a regression, what stands for a low and a high target: a standard deviation off; half and twice the mean."""


@dataclass(frozen=True, eq=False)
class Surface:
    """The loss of K targets at M points; infinite, without a slope, where it isn't defined."""

    zs: Tensor
    """`[M, C]`, the true class first."""
    losses: Tensor
    """`[K, M]`"""
    slopes: Tensor
    """dL/dz `[K, M, C]`."""
    undefined: Tensor
    """`[K, M]`: where the loss is no finite number."""

    def within_wrong(self) -> Tensor:
        """Of each point `[M]`, whether no two pre-activations, nor one and 0, are further apart than a confident error.

        That is |z| <= 8 for one unit, and |z| <= 4 for each of C: differences of logits up to 8 either way.
        """
        return self.zs.abs().amax(1) <= (WRONG if self.zs.shape[1] == 1 else WRONG / 2)


@lru_cache(maxsize=12)  # of a thousand classes each holds 40 MB
@single_thread()
def surface(output: Choice, loss: Choice, coding: Coding, n_units: int) -> Surface:
    """Over the grid of so many units."""
    return surface_at(output, loss, coding, points(n_units))


def surface_at(output: Choice, loss: Choice, coding: Coding, zs: Tensor) -> Surface:
    """At points `[M, C]`. Of C units the first class stands for all; one unit has two targets."""
    spec, out = catalogue.loss(loss.name), catalogue.activation(output.name)
    losses, slopes = [], []
    for target in targets(coding, zs):
        z = zs.clone().requires_grad_()
        per_point: Tensor = spec.per_sample(out.apply(z, **output.hyper(out)), target, **loss.hyper(spec))
        (slope,) = torch.autograd.grad(per_point.nan_to_num().sum(), z)
        losses.append(per_point.detach())
        slopes.append(slope.nan_to_num())
    stacked = torch.stack(losses)
    defined = stacked.nan_to_num(math.inf, math.inf, -math.inf)
    return Surface(zs, defined, torch.stack(slopes), ~stacked.isfinite())


def targets(coding: Coding, zs: Tensor) -> list[Tensor]:
    """The targets that stand for all, as the loss takes them, for points `[M, C]`."""
    n_points, n_units = zs.shape
    values = _VALUES.get(coding.target) or ((0, 1) if n_units == 1 else (0,))
    return [code_targets(torch.full((n_points,), value), coding, n_units, 0.0, 1.0, torch.float64) for value in values]


def points(n_units: int) -> Tensor:
    """The grid of z `[M, C]`, the true class first."""
    if n_units == 1:
        return torch.linspace(-REACH, REACH, ONE_UNIT_POINTS, dtype=torch.float64)[:, None]
    near = torch.arange(-NEAR, NEAR + NEAR_STEP, NEAR_STEP, dtype=torch.float64)
    beyond = torch.arange(NEAR + FAR_STEP, REACH + FAR_STEP, FAR_STEP, dtype=torch.float64)
    grid = torch.cat([-beyond.flip(0), near, beyond])
    return spread(torch.cartesian_prod(grid, grid), n_units)


def spread(leading: Tensor, n_units: int) -> Tensor:
    """Values `[.., d]` of the first units, the last of them that of all others too, to `[.., C]`."""
    return torch.cat([leading, leading[..., -1:].expand(*leading.shape[:-1], n_units - leading.shape[-1])], -1)
