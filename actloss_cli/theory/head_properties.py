"""Properties of an output under a loss on classes, from the catalogue's own callables: float64, autograd over a grid.

One unit: both classes over a grid of its pre-activation z. C units: the true class's pre-activation a against that of
all others, b, over a grid of (a, b): every function of the catalogue treats wrong classes alike.
"""

import math
from collections.abc import Sequence
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
    far = _far_losses(output, loss, coding, n_units)  # (2, K, 7)
    falls = far[1] < far[0] - FAR[0]
    floors = torch.minimum(losses.amin(1), far.amin((0, 2)))
    partner = Choice.of(standard_output(catalogue.loss(loss.name)))
    least = torch.minimum(
        _over_classes(partner, loss, coding, zs)[0].amin(1), _far_losses(partner, loss, coding, n_units).amin((0, 2))
    )
    alike = zs.amax(1) == zs.amin(1)  # of one unit every point is
    reaches_all = (losses - floors[:, None]).amax(0)[alike] < SAME
    return HeadProperties(
        floor=-math.inf if falls.any() else float(floors.max()),
        excess=0.0 if falls.any() else float((floors - least).max()),
        trivial=bool(falls[:, 0].all()) if falls.any() else bool(reaches_all.any()),
        pull=_pull(output, losses, slopes, zs),
    )


def _far_losses(output: Choice, loss: Choice, coding: Coding, n_units: int) -> Tensor:
    """At each distance of `FAR`, each class, each direction `[2, K, 7]`."""
    directions = _directions(n_units)
    return torch.stack([_over_classes(output, loss, coding, directions * distance)[0] for distance in FAR])


def _points(n_units: int) -> Tensor:
    """The grid of z `[M, C]`, the true class first."""
    if n_units == 1:
        return torch.linspace(-REACH, REACH, ONE_UNIT_POINTS, dtype=torch.float64)[:, None]
    near = torch.arange(-NEAR, NEAR + NEAR_STEP, NEAR_STEP, dtype=torch.float64)
    beyond = torch.arange(NEAR + FAR_STEP, REACH + FAR_STEP, FAR_STEP, dtype=torch.float64)
    grid = torch.cat([-beyond.flip(0), near, beyond])
    return _spread(torch.cartesian_prod(grid, grid), n_units)


def _directions(n_units: int) -> Tensor:
    """Where to look far away `[7, C]`: all units up or down; the true class and the others apart; one of them alone."""
    pairs = torch.tensor([[1, 1], [-1, -1], [1, -1], [-1, 1], [1, 0], [0, 1], [0, -1]], dtype=torch.float64)
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


def _pull(output: Choice, losses: Tensor, slopes: Tensor, zs: Tensor) -> float:
    """The least over classes and ways to be wrong; 1 where nothing pulls anywhere.

    The largest slope is looked for among those that pull the way that an undecided prediction is pulled, not back from
    beyond the target.
    """
    down, up = _confident(output)
    undecided = zs.abs().sum(1).argmin()
    pulls_back = (slopes.sign() == slopes[:, undecided, None].sign()) & (zs.abs().amax(1) <= WRONG)  # (K, M)
    if zs.shape[1] == 1:
        ways = [[[up], [down]], [[down], [up]]]  # wrong and right of class 0, of class 1, for a rising output
        pairs = [(k, _nearest(zs, wrong), _nearest(zs, right)) for k, (wrong, right) in enumerate(ways)]
    else:
        pairs = [(0, _nearest(zs[:, :2], [down, 0.0]), _nearest(zs[:, :2], [up, 0.0]))]
        pairs += [(0, _nearest(zs[:, :2], [0.0, up]), _nearest(zs[:, :2], [0.0, down]))]
    ratios = []
    for k, wrong, right in pairs:
        at = wrong if losses[k, wrong] >= losses[k, right] else right  # a falling output is wrong on the other side
        pulls_back[k, at] = True
        largest = slopes[k].abs()[pulls_back[k]].max()
        ratios.append(float(slopes[k, at].abs() / largest) if largest > 0 else 1.0)
    return min(ratios)


def _confident(output: Choice) -> tuple[float, float]:
    """Pre-activations at which the output is as near to its lower and upper end as a sigmoid is at -8 and 8.

    Where an end is infinite or can be reached, -8 and 8 themselves.
    """
    spec = catalogue.activation(output.name)
    hyper = output.hyper(spec)
    ends = spec.range_for(hyper)
    if spec.along_features or math.isinf(ends.low) or math.isinf(ends.high) or not (ends.low_open and ends.high_open):
        return -WRONG, WRONG
    grid = torch.linspace(-REACH, REACH, ONE_UNIT_POINTS, dtype=torch.float64)
    u = spec.apply(grid[:, None], **hyper)[:, 0]
    near = float(torch.sigmoid(torch.tensor(-WRONG, dtype=torch.float64))) * (ends.high - ends.low)
    return tuple(float(grid[(u - end).abs().argmin()]) for end in (ends.low + near, ends.high - near))  # type: ignore[return-value]


def _nearest(zs: Tensor, point: Sequence[float]) -> int:
    """The place of the grid's point that is nearest."""
    return int((zs - torch.tensor(point, dtype=zs.dtype)).abs().sum(1).argmin())
