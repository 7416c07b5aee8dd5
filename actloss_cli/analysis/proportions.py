"""A share with its confidence interval, from two counts."""

from functools import cache

from scipy import stats

from actloss_cli.analysis.statistics import LEVEL, Interval


@cache
def wilson(k: int, n: int, level: float = LEVEL) -> Interval:
    """Gives k of n, n >= 1, with the score interval (Wilson, 1927), which never leaves [0, 1]."""
    found = stats.binomtest(k, n).proportion_ci(level, "wilson")
    return Interval(k / n, float(found.low), float(found.high))
