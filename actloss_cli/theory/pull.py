"""How hard a loss pulls at a confidently wrong prediction, against the hardest that it ever pulls."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.theory.surface import WRONG, Surface, points


@dataclass(frozen=True)
class Pull:
    """Of the way to be wrong at which the share is least."""

    at_wrong: float
    """|dL/dz| by the true class's unit where the output is as near to its wrong end as a sigmoid is at z = -8.

    That is z = -8 itself for sigmoid, for an output that reaches its end and for one without ends.
    """
    largest: float
    """The largest |dL/dz| within |z| <= 8 that pulls the same way as an undecided prediction is pulled."""

    @property
    def share(self) -> float:
        """The first over the second; 1 where nothing pulls anywhere."""
        return self.at_wrong / self.largest if self.largest > 0 else 1.0


def pull_of(output: Choice, here: Surface) -> Pull:
    """The least over targets and ways to be wrong: the true class's unit far too low, or all others far too high.

    The largest slope is looked for among those that pull the true class's unit from its wrong end to its right one, not
    back from beyond the target.
    """
    losses, slopes, zs = here.losses, here.slopes[..., 0], here.zs
    down, up = _confident(output)
    near = zs.abs().amax(1) <= WRONG
    if zs.shape[1] == 1:
        ways = [(0, [up], [down]), (1, [down], [up])]  # wrong and right of class 0, of class 1, for a rising output
    else:
        ways = [(0, [down, 0.0], [up, 0.0]), (0, [0.0, up], [0.0, down])]
    falls = _falls(here)
    pulls = []
    for k, *ends in ways:
        wrong = _nearest(zs[:, :2], ends[falls])
        # The unit of the true class is to rise, one that stands for the other class to fall.
        rises = (k == len(losses) - 1) != falls
        pulls_back = ((slopes[k] < 0) if rises else (slopes[k] > 0)) & near
        pulls_back[wrong] = True
        pulls.append(Pull(float(slopes[k, wrong].abs()), float(slopes[k].abs()[pulls_back].max())))
    return min(pulls, key=lambda pull: pull.share)


def _falls(here: Surface) -> bool:
    """Whether the output falls with z: its loss is least where the true class's unit is the lower one."""
    best = here.zs[here.losses.argmin(1)]
    return bool(best[-1, 0] < (best[0, 0] if here.zs.shape[1] == 1 else best[0, 1]))


def _confident(output: Choice) -> tuple[float, float]:
    """Pre-activations at which the output is as near to its lower and upper end as a sigmoid is at -8 and 8.

    Where an end is infinite or can be reached, -8 and 8 themselves.
    """
    spec = catalogue.activation(output.name)
    hyper = output.hyper(spec)
    ends = spec.range_for(hyper)
    if spec.along_features or math.isinf(ends.low) or math.isinf(ends.high) or not (ends.low_open and ends.high_open):
        return -WRONG, WRONG
    grid = points(1)[:, 0]
    u = spec.apply(grid[:, None], **hyper)[:, 0]
    near = float(torch.sigmoid(torch.tensor(-WRONG, dtype=torch.float64))) * (ends.high - ends.low)
    low, high = (float(grid[(u - end).abs().argmin()]) for end in (ends.low + near, ends.high - near))
    return low, high


def _nearest(zs: Tensor, point: Sequence[float]) -> int:
    """The place of the grid's point that is nearest."""
    return int((zs - torch.tensor(point, dtype=zs.dtype)).abs().sum(1).argmin())
