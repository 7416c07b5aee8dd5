"""Where an output under a loss on classes is drawn before it can tell them apart, and whether it comes back from there.

A model that knows nothing yet is drawn to the one prediction that is best for the classes' shares. Where that lies at a
flat end of the output, the rarer class's rows can hardly pull it back, and the output says the same of every row.
"""

from dataclasses import dataclass

import torch

from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.spec import Coding
from actloss_cli.theory.surface import WRONG, Surface, surface, surface_at
from actloss_cli.threads import single_thread

SAME = 1e-6
"""Of the largest loss: expected losses that differ by less are the same."""


@dataclass(frozen=True)
class BaseRate:
    """Of the best constant prediction."""

    drawn: float
    """How much less its expected loss is than that of z = 0, as a share of what the loss varies by within |z| <= 8."""
    pull: float
    """|dL/dz| by the unit of the rarer class at a row of it there, as a share of its largest."""


@single_thread()
def base_rate(output: Choice, loss: Choice, coding: Coding, n_units: int, rarer: int, share: float) -> BaseRate:
    """For classes of which the one of index `rarer` has this share; of C units, all other classes are equally common.

    One unit says which of two classes it is, `rarer` being 0 or 1. C units: the grid is (a, b), the pre-activation of
    the rarer class's unit and of all others.
    """
    here = surface(output, loss, coding, n_units)
    if n_units == 1:
        rare, other = here.losses[rarer], here.losses[1 - rarer]
    else:
        rarer = 0
        a, b = here.zs[:, :1], here.zs[:, 1:2]
        # A row of another class: its own unit comes first and has b, the rarer class's has a.
        swapped = torch.cat([b, a, b.expand(-1, n_units - 2)], 1)
        rare, other = here.losses[0], surface_at(output, loss, coding, swapped).losses[0]
    expected = share * rare + (1 - share) * other  # (M,)
    least = expected.min()
    tied = expected <= least + SAME * float(rare[rare.isfinite()].abs().max())
    distance = here.zs.abs().sum(1)
    best = int(torch.where(tied, distance, torch.inf).argmin())
    near = here.zs.abs().amax(1) <= WRONG
    varies = rare[near & rare.isfinite()]
    slopes = here.slopes[rarer, :, 0].abs()
    largest = float(slopes[near].max())
    return BaseRate(
        drawn=float((expected[distance.argmin()] - least) / (varies.max() - varies.min()).clamp_min(1e-12)),
        pull=float(slopes[best]) / largest if largest else 0.0,
    )


def dead_share(here: Surface) -> float:
    """Share of z ~ N(0, 1) at which a class's loss is above its least and yet has no slope by that class's unit.

    Over a grid of one unit, or of the true class's unit and of the others as one. The worst of the classes'.
    """
    inside = here.within_wrong()
    zs = here.zs[inside][:, :2]
    weights = torch.exp(-zs.square().sum(1) / 2)
    losses, slopes = here.losses[:, inside], here.slopes[:, inside, 0]
    above = losses > losses.amin(1, keepdim=True) * (1 + 1e-9) + 1e-9
    stuck = ((slopes == 0) & above).double()
    return float((stuck * weights).sum(1).max() / weights.sum())
