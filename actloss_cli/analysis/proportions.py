"""A share with its confidence interval, from two counts."""

import math
from functools import cache
from statistics import NormalDist

from actloss_cli.analysis.statistics import LEVEL, Interval


@cache
def wilson(k: int, n: int, level: float = LEVEL) -> Interval:
    """Gives k of n, n >= 1, with the score interval (Wilson, 1927), which never leaves [0, 1]."""
    z2 = NormalDist().inv_cdf(0.5 + level / 2) ** 2
    centre, spread = k + z2 / 2, math.sqrt(z2 * (k * (n - k) / n + z2 / 4))
    return Interval(k / n, max((centre - spread) / (n + z2), 0.0), min((centre + spread) / (n + z2), 1.0))
