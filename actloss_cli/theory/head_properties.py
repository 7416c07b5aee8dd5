"""Properties of an output under a loss on classes, from the catalogue's own callables: float64, autograd over a grid.

One unit: both classes over a grid of its pre-activation z. C units: the true class's pre-activation a against that of
all others, b, over a grid of (a, b): every function of the catalogue treats wrong classes alike.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.coding import code_targets
from actloss_cli.catalogue.partners import standard_output
from actloss_cli.catalogue.spec import Coding
from actloss_cli.threads import single_thread

REACH = 30.0
"""Pre-activations from -30 to 30: beyond, float64 tells no more of any function here."""
ONE_UNIT_POINTS = 2401
NEAR, NEAR_STEP, FAR_STEP = 9.0, 0.5, 3.0
"""Of C units the grid is fine where functions bend, and coarse beyond."""
FAR = (1e3, 1e6)
"""Pre-activations at which a loss without a lower end shows it."""
WRONG = 8.0
"""A pre-activation at which a wrong prediction is a confident one."""
SAME = 1e-3
"""Losses that differ by less are the same to whoever trains on them."""


@dataclass(frozen=True)
class HeadProperties:
    """What an output and a loss make of K classes on C units; a number of one class is the worst of the classes'."""

    constant: float | None
    """What the output gives whatever z is (softmax over one unit); None where it does depend on z."""
    floor: float
    """The least loss that can be reached; -inf where it falls without end."""
    excess: float
    """How far that lies above the least loss under the loss's standard output; 0 where it falls without end."""
    trivial: bool
    """Whether one prediction, the same whatever the class, reaches the least loss of every class."""
    pull: float
    """|dL/dz| by the true class's unit at a confidently wrong prediction, as a share of its largest."""

    @property
    def unbounded(self) -> bool:
        """Whether the loss falls without end."""
        return math.isinf(self.floor)


@lru_cache(maxsize=4096)
@single_thread()
def head_properties(output: Choice, loss: Choice, coding: Coding, n_units: int) -> HeadProperties:
    """Of an output and a loss that have this coding; K = 2 classes for one unit."""
    zs = _points(n_units)
    losses, slopes = _over_classes(output, loss, coding, zs)  # (K, M)
    floors = losses.amin(1)
    far = [_over_classes(output, loss, coding, _directions(n_units) * distance)[0] for distance in FAR]  # (K, 5)
    falls = far[1] < far[0] - FAR[0]
    partner = Choice.of(standard_output(catalogue.loss(loss.name)))
    least = _over_classes(partner, loss, coding, zs)[0].amin(1)
    alike = zs.amax(1) == zs.amin(1)  # of one unit every point is
    return HeadProperties(
        constant=_constant(output, zs),
        floor=-math.inf if falls.any() else float(floors.max()),
        excess=0.0 if falls.any() else float((floors - least).max()),
        trivial=bool(falls[:, 0].all())
        if falls.any()
        else bool(((losses - floors[:, None]).amax(0)[alike] < SAME).any()),
        pull=_pull(slopes, zs),
    )


def _points(n_units: int) -> Tensor:
    """The grid of z `[M, C]`, the true class first."""
    if n_units == 1:
        return torch.linspace(-REACH, REACH, ONE_UNIT_POINTS, dtype=torch.float64)[:, None]
    near = torch.arange(-NEAR, NEAR + NEAR_STEP, NEAR_STEP, dtype=torch.float64)
    beyond = torch.arange(NEAR + FAR_STEP, REACH + FAR_STEP, FAR_STEP, dtype=torch.float64)
    grid = torch.cat([-beyond.flip(0), near, beyond])
    return _spread(torch.cartesian_prod(grid, grid), n_units)


def _directions(n_units: int) -> Tensor:
    """Where to look far away `[5, C]`: all units up, all down, the true class alone up, the others alone up or down."""
    pairs = torch.tensor([[1, 1], [-1, -1], [1, 0], [0, 1], [0, -1]], dtype=torch.float64)
    return pairs[:, :1] if n_units == 1 else _spread(pairs, n_units)


def _spread(pairs: Tensor, n_units: int) -> Tensor:
    """Pairs (a, b) `[M, 2]` to a for the first unit and b for the others `[M, C]`."""
    return torch.cat([pairs[:, :1], pairs[:, 1:].expand(-1, n_units - 1)], 1)


def _over_classes(output: Choice, loss: Choice, coding: Coding, zs: Tensor) -> tuple[Tensor, Tensor]:
    """At points `[M, C]` the loss, infinite where it isn't defined, and its slope by the true class's unit: `[K, M]`.

    Of C units the first class stands for all; one unit says which of two classes it is.
    """
    spec, out = catalogue.loss(loss.name), catalogue.activation(output.name)
    n_units = zs.shape[1]
    losses, slopes = [], []
    for true in range(2 if n_units == 1 else 1):
        z = zs.clone().requires_grad_()
        target = code_targets(torch.full((len(zs),), true), coding, n_units, 0.0, 1.0, torch.float64)
        per_point: Tensor = spec.per_sample(out.apply(z, **output.hyper(out)), target, **loss.hyper(spec))
        (slope,) = torch.autograd.grad(per_point.nan_to_num().sum(), z)
        losses.append(per_point.detach().nan_to_num(math.inf, math.inf, -math.inf))
        slopes.append(slope[:, 0].nan_to_num())
    return torch.stack(losses), torch.stack(slopes)


def _constant(output: Choice, zs: Tensor) -> float | None:
    out = catalogue.activation(output.name)
    u = out.apply(zs, **output.hyper(out))
    return float(u[0, 0]) if bool((u == u[0, 0]).all()) else None


def _pull(slopes: Tensor, zs: Tensor) -> float:
    """The least over classes and ways to be wrong; 1 where nothing pulls anywhere."""
    largest = slopes.abs().amax(1)  # (K,)
    if zs.shape[1] == 1:
        at = torch.stack([(zs[:, 0] - wrong).abs().argmin() for wrong in (WRONG, -WRONG)])  # class 0, class 1
        pulls = slopes.abs()[torch.arange(2), at]
    else:
        ways = torch.tensor([[-WRONG, 0.0], [0.0, WRONG]], dtype=torch.float64)
        at = torch.stack([(zs[:, :2] - way).abs().sum(1).argmin() for way in ways])
        pulls = slopes[0].abs()[at].amin()[None]
    return float((pulls / largest).amin()) if bool((largest > 0).all()) else 1.0
