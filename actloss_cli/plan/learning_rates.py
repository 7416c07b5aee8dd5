"""The learning rates that a pairing is tried at: an equal rule for all, over each optimizer's own range."""

import math
from functools import lru_cache

import numpy as np

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.plan.trial import LrRule

EXTRA_POINTS_A_SIDE = 2
"""How far a winner at the edge may extend the grid."""


def base_grid(rule: LrRule, optimizer: Choice) -> tuple[float, ...]:
    """Ascending learning rates, rounded to six digits so that a rate reads and hashes the same everywhere."""
    if rule.values:
        return tuple(sorted(rule.values))
    low, high = catalogue.optimizer(optimizer.name).lr_range
    return _log_grid(rule.low or low, rule.high or high, rule.points)


@lru_cache  # a scheduler asks for the same few grids with every pairing
def _log_grid(low: float, high: float, n_points: int) -> tuple[float, ...]:
    points = np.logspace(math.log10(low), math.log10(high), n_points)
    return tuple(round_lr(point) for point in points)


def may_extend(rule: LrRule) -> bool:
    """A log grid can go on beyond its ends; rates that were given one by one are all that is asked for."""
    return not rule.values and rule.points > 1


def round_lr(lr: float) -> float:
    """Six significant digits."""
    return float(f"{lr:.6g}")
