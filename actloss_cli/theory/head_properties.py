"""What notices and predictions need to know of an output under a loss on classes: its floor, and how hard it pulls."""

import math
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.partners import standard_output
from actloss_cli.catalogue.spec import Coding
from actloss_cli.theory.pull import pull_of
from actloss_cli.theory.surface import SAME, spread, surface, surface_at
from actloss_cli.threads import single_thread

FAR = (1e3, 1e6)
"""Pre-activations at which a loss without a lower end shows it."""


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
    pull_max: float
    """That largest."""
    reached: float
    """Share of the classes for which the least loss under the loss's standard output is reached; 1 if it has none."""

    @property
    def unbounded(self) -> bool:
        """Whether the loss falls without end."""
        return math.isinf(self.floor)


@lru_cache(maxsize=4096)
@single_thread()
def head_properties(output: Choice, loss: Choice, coding: Coding, n_units: int) -> HeadProperties:
    """Of an output and a loss that have this coding; K = 2 classes for one unit."""
    here = surface(output, loss, coding, n_units)
    far = _far_losses(output, loss, coding, n_units)  # (2, K, 7)
    falls = far[1] < far[0] - FAR[0]
    floors = torch.minimum(here.losses.amin(1), far.amin((0, 2)))
    partner = Choice.of(standard_output(catalogue.loss(loss.name)))
    least = torch.minimum(
        surface(partner, loss, coding, n_units).losses.amin(1),
        _far_losses(partner, loss, coding, n_units).amin((0, 2)),
    )
    alike = here.zs.amax(1) == here.zs.amin(1)  # of one unit every point is
    reaches_all = (here.losses - floors[:, None]).amax(0)[alike] < SAME
    falls_at_all = bool(falls.any())
    pull = pull_of(output, here)
    return HeadProperties(
        floor=-math.inf if falls_at_all else float(floors.max()) + 0.0,  # no minus zero
        excess=0.0 if falls_at_all else float((floors - least).max()),
        trivial=bool(falls[:, 0].all()) if falls_at_all else bool(reaches_all.any()),
        pull=pull.share,
        pull_max=pull.largest,
        reached=1.0 if falls_at_all else float((floors - least < SAME).double().mean()),
    )


@lru_cache(maxsize=256)
def _far_losses(output: Choice, loss: Choice, coding: Coding, n_units: int) -> Tensor:
    """At each distance of `FAR`, each class, each direction `[2, K, 7]`."""
    directions = _directions(n_units)
    return torch.stack([surface_at(output, loss, coding, directions * distance).losses for distance in FAR])


def _directions(n_units: int) -> Tensor:
    """Where to look far away `[7, C]`: all units up or down; the true class and the others apart; one of them alone."""
    pairs = torch.tensor([[1, 1], [-1, -1], [1, -1], [-1, 1], [1, 0], [0, 1], [0, -1]], dtype=torch.float64)
    return pairs[:, :1] if n_units == 1 else spread(pairs, n_units)
