"""How much two sides differ over their seeds: an effect with its interval and one-sided tests. Pure functions."""

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from actloss_cli.analysis.statistics import LEVEL, PairedScores, contrast, contrast_p
from actloss_cli.plan.selection import Floats

LEAST_SEEDS = 5
"""Fewer decide nothing: their spread is hardly known."""
_STILL = 1e-9
"""Spread, as a share of the values, that is but rounding."""


@dataclass(frozen=True)
class Effect:
    """A difference a - b (of logarithms where values are compared by ratio), with what the seeds say of it."""

    mean: float
    low: float
    """Lower end of its 95 % interval."""
    high: float
    p_above: Callable[[float], float]
    """One-sided p of the hypothesis that it is at most so much."""
    p_below: Callable[[float], float]
    """One-sided p of the hypothesis that it is at least so much."""


def score_effect(scores: PairedScores, c: float = 1.0) -> Effect:
    """Of scores on shared seeds and test rows, x - c r, as verdicts compare them."""
    interval = contrast(scores, c)

    def p_above(bound: float) -> float:
        p = contrast_p(replace(scores, x=scores.x - bound), c) / 2
        return p if interval.mean > bound else 1 - p

    def p_below(bound: float) -> float:
        p = contrast_p(replace(scores, x=scores.x - bound), c) / 2
        return p if interval.mean < bound else 1 - p

    return Effect(interval.mean, interval.low, interval.high, p_above, p_below)


def mean_effect(d: Floats) -> Effect:
    """Of differences `[n]` of n seeds, by Student's t; without any spread their value is taken as known."""
    mean = float(d.mean())
    if _is_still(d):
        return _known(mean)
    ends = stats.ttest_1samp(d, 0.0).confidence_interval(LEVEL)
    return Effect(
        mean,
        float(ends.low),
        float(ends.high),
        lambda bound: float(stats.ttest_1samp(d, bound, alternative="greater").pvalue),
        lambda bound: float(stats.ttest_1samp(d, bound, alternative="less").pvalue),
    )


def rank_effect(d: Floats) -> Effect:
    """Of differences `[n]`, by Wilcoxon's signed ranks: the median of pairwise means (Hodges & Lehmann, 1963).

    Ties and zeros leave the exact distribution; then the normal approximation with its corrections serves. Of the
    interval see Hollander, Wolfe & Chicken (2014), section 3.3.
    """
    n = len(d)
    i, j = np.triu_indices(n)
    walsh = np.sort((d[i] + d[j]) / 2)
    spread = math.sqrt(n * (n + 1) * (2 * n + 1) / 24)
    cut = max(int(n * (n + 1) / 4 - stats.norm.ppf(0.5 + LEVEL / 2) * spread), 0)

    def p_of(differences: Floats) -> float:
        if np.abs(differences).max() <= _STILL:
            return 1.0
        return float(stats.wilcoxon(differences, alternative="greater", correction=True).pvalue)

    return Effect(
        float(np.median(walsh)),
        float(walsh[cut]),
        float(walsh[-1 - cut]),
        lambda bound: p_of(d - bound),
        lambda bound: p_of(bound - d),
    )


def unpaired_effect(a: Floats, b: Floats) -> Effect:
    """Of values `[n]` and `[m]` on different data, by Welch's t."""
    mean = float(a.mean() - b.mean())
    if _is_still(a) and _is_still(b):
        return _known(mean)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of one side without spread
        ends = stats.ttest_ind(a, b, equal_var=False).confidence_interval(LEVEL)

    def p_of(bound: float, alternative: str) -> float:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            return float(stats.ttest_ind(a - bound, b, equal_var=False, alternative=alternative).pvalue)

    return Effect(
        mean, float(ends.low), float(ends.high), lambda bound: p_of(bound, "greater"), lambda bound: p_of(bound, "less")
    )


def partial_conjunction(p: Floats, least: int) -> float:
    """Gives the p of the hypothesis that fewer than `least` of k effects are there, of their p `[k]`.

    (k - u + 1) times the u-th smallest (Benjamini & Heller, 2008): the largest for all of them, Bonferroni's for one;
    valid however they depend on each other.
    """
    return float(min(1.0, (len(p) - least + 1) * np.sort(p)[least - 1]))


def _known(mean: float) -> Effect:
    return Effect(
        mean,
        mean,
        mean,
        lambda bound: float(mean <= bound + _STILL),
        lambda bound: float(mean >= bound - _STILL),
    )


def _is_still(values: Floats) -> bool:
    return bool(np.ptp(values) <= _STILL * max(1.0, float(np.abs(values).max())))
