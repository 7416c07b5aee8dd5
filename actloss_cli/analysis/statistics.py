"""Intervals and tests on paired scores: pure functions on arrays; what they mean for a pairing is said elsewhere.

A comparison asks whether a pairing keeps a share c of what the reference gains over the floor f. It rests on the
linear contrast d_i(c) = (x_i - f) - c (r_i - f) over seeds i, which, unlike a ratio, behaves near the floor.
"""

import math
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache

import numpy as np
import scipy  # whose functions load when they are first called: few reports need any
from numpy.typing import NDArray

from actloss_cli.plan.selection import Floats

LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A mean and its confidence interval; infinite ends where the data bound nothing."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Covariance:
    """Of a pair (x, r)."""

    xx: float
    xr: float
    rr: float

    def of_contrast(self, c: float) -> float:
        """The variance of x - c r."""
        return max(self.xx - 2 * c * self.xr + c * c * self.rr, 0.0)


@dataclass(frozen=True)
class PairedScores:
    """All that contrasts need to know of two pairings on n shared seeds, scores counted from the floor."""

    n: int
    x: float
    r: float
    seeds: Covariance
    """Of one seed."""
    rows: Covariance
    """That a finite test set adds to the means, however many seeds there are."""
    half_row: float
    """Half of what the weightiest test row can change in a score: no interval is narrower to either side."""


def paired_scores(
    x: Floats,
    r: Floats,
    x_rows: NDArray[np.floating],
    r_rows: NDArray[np.floating],
    strata: NDArray[np.int64],
    floor: float,
) -> PairedScores:
    """Condenses scores `x`, `r` `[n]` of the same seeds and their test rows `[n, N]`.

    `strata` `[N]` is each row's class, zeros for a regression: a score is the mean over strata of the mean in each.
    Scores and rows must be finite and at the floor where a seed failed or fell below it.
    """
    x_means, r_means = (rows.mean(axis=0, dtype=np.float64)[None] for rows in (x_rows, r_rows))
    (paired,) = pair_all(x[None], r[None], x_means, r_means, strata, floor)
    return paired


def pair_all(
    x: Floats, r: Floats, x_rows: Floats, r_rows: Floats, strata: NDArray[np.int64], floor: float
) -> list[PairedScores]:
    """The same of P pairs at once: scores `[P, n]`, means over seeds of their test rows `[P, N]`.

    `r` and `r_rows` may be `[1, n]` and `[1, N]`: then all are paired with the one.
    """
    x_means, r_means = x.mean(axis=1) - floor, r.mean(axis=1) - floor
    half = half_row(strata)
    return [
        PairedScores(x.shape[1], x_mean, r_mean, of_seeds, of_rows, half)
        for x_mean, r_mean, of_seeds, of_rows in zip(
            x_means.tolist(),
            np.broadcast_to(r_means, x_means.shape).tolist(),
            seed_covariances(x, r),
            _row_covariances(x_rows, r_rows, strata),
            strict=True,
        )
    ]


def seed_covariances(x: Floats, r: Floats) -> list[Covariance]:
    """Gives P unbiased covariances over seeds, of `[P, n]` and `[P, n]` or `[1, n]`; zeros for a single seed."""
    P, n = x.shape
    if n < 2:
        return [Covariance(0.0, 0.0, 0.0)] * P
    pairs = np.stack([x, np.broadcast_to(r, x.shape)], axis=1)  # (P, 2, n)
    pairs -= pairs.mean(axis=2, keepdims=True)
    products = pairs @ pairs.transpose(0, 2, 1) * (1 / (n - 1))
    return [Covariance(xx, xr, rr) for (xx, xr), (_, rr) in products.tolist()]


def _row_covariances(x: Floats, r: Floats, strata: NDArray[np.int64]) -> list[Covariance]:
    """Those of two stratified means over the same rows, P times, of `[P, N]` and `[P, N]` or `[1, N]`."""
    every = np.bincount(strata)
    present = every > 0
    count = every[present]  # [C]
    # A stratum of one row shows no variance; its weight, and with it half_row, is then large enough.
    scale = 1 / (len(count) ** 2 * count * np.maximum(count - 1, 1))

    C = len(every)
    places = (strata + C * np.arange(len(x))[:, None]).ravel()

    def sums(values: Floats) -> Floats:
        """`[P, N]` to `[P, C]`."""
        cells = np.bincount(places[: values.size], values.ravel(), len(values) * C)
        return np.asarray(cells.reshape(-1, C), np.float64)

    def centred(values: Floats) -> Floats:
        return values - (sums(values) / np.maximum(every, 1))[:, strata]

    def covariance(a: Floats, b: Floats) -> list[float]:
        # One by one: a product of matrices may add up in another order, and a pairing's bits hang on its neighbours.
        return [float(of_strata[present] @ scale) for of_strata in sums(a * b)]

    of_x = centred(x)
    xx = covariance(of_x, of_x)
    if r is x:
        return list(map(Covariance, xx, xx, xx))
    of_r = centred(r)
    rr = covariance(of_r, of_r)
    return list(map(Covariance, xx, covariance(of_x, of_r), rr * (len(x) // len(rr))))


def half_row(strata: NDArray[np.int64]) -> float:
    """Gives half of what the weightiest of the rows `[N]` can change in a score, the mean over strata of means."""
    every = np.bincount(strata)
    count = every[every > 0]
    return 0.5 / (len(count) * int(count.min()))


def contrast(scores: PairedScores, c: float, level: float = LEVEL) -> Interval:
    """Gives the mean of d_i(c) with its t interval over seeds and test rows; unbounded for a single seed."""
    mean = scores.x - c * scores.r
    half = half_width(scores, c, scores.n, level)
    return Interval(mean, mean - half, mean + half)


def score_interval(
    score: Floats, row_scores: NDArray[np.floating], strata: NDArray[np.int64], level: float = LEVEL
) -> Interval:
    """Gives the mean of `[n]` scores with its t interval over seeds and test rows; `row_scores` `[n, N]`."""
    (interval,) = score_intervals(score[None], row_scores.mean(axis=0, dtype=np.float64)[None], strata, level)
    return interval


def score_intervals(
    score: Floats, row_means: Floats, strata: NDArray[np.int64], level: float = LEVEL
) -> list[Interval]:
    """The same for P pairings at once: scores `[P, n]`, means over seeds of their test rows `[P, N]`."""
    paired = pair_all(score, score, row_means, row_means, strata, floor=0.0)
    return [contrast(scores, 0.0, level) for scores in paired]


def half_width(scores: PairedScores, c: float, n: int, level: float = LEVEL) -> float:
    """Gives the half-width of CI(c) if there were `n` seeds of the variance seen."""
    if n < 2:
        return np.inf
    return max(t_quantile(level, n - 1) * _standard_error(scores, c, n), scores.half_row)


def _standard_error(scores: PairedScores, c: float, n: int) -> float:
    """Of the mean of d_i(c) over `n` seeds and the test rows."""
    return math.sqrt(scores.seeds.of_contrast(c) / n + scores.rows.of_contrast(c))


def contrast_p(scores: PairedScores, c: float) -> float:
    """Gives the two-sided p of the hypothesis that d_i(c) has mean 0.

    It is the dual of `contrast`: p <= 1 - level just where the interval of that level excludes 0. So it is the p of
    Student's t, mean over standard error, with n - 1 degrees of freedom; but 1 where the mean lies within half a test
    row of 0, since there no interval excludes it, whatever its level; and 1 for a single seed, which bounds nothing.
    """
    mean = abs(scores.x - c * scores.r)
    if scores.n < 2 or mean <= scores.half_row:
        return 1.0
    error = _standard_error(scores, c, scores.n)
    return float(2 * scipy.special.stdtr(scores.n - 1, -mean / error)) if error > 0 else 0.0


def relative(scores: PairedScores, level: float = LEVEL) -> Interval:
    """Gives the share (x - f) / (r - f) of the reference's gain; the interval holds every c whose CI(c) contains 0.

    So it agrees with any verdict drawn from contrasts (Fieller, 1954). Unbounded where the reference itself is not told
    from the floor; NaN where it is at the floor.
    """
    if scores.r <= 0:
        return Interval(np.nan, np.nan, np.nan)
    share = scores.x / scores.r
    if scores.n < 2:
        return Interval(share, -np.inf, np.inf)
    t2 = t_quantile(level, scores.n - 1) ** 2
    xx, xr, rr = (
        t2 * (getattr(scores.seeds, part) / scores.n + getattr(scores.rows, part)) for part in ("xx", "xr", "rr")
    )
    # |x - c r| <= t sqrt(variance(c)), squared: a c^2 - 2 b c + k <= 0.
    a, b, k = scores.r**2 - rr, scores.x * scores.r - xr, scores.x**2 - xx
    if a <= 0:
        return Interval(share, -np.inf, np.inf)
    root = math.sqrt(max(b * b - a * k, 0.0))
    half_row = scores.half_row / scores.r
    return Interval(share, min((b - root) / a, share - half_row), max((b + root) / a, share + half_row))


def seeds_needed(scores: PairedScores, c: float, most: int, level: float = LEVEL) -> int:
    """Gives how many seeds would move CI(c) off 0 if mean and variance stay as they are; `most` where more would."""
    mean = abs(scores.x - c * scores.r)
    counts = range(scores.n + 1, most)  # The half-width falls with n.
    at = bisect_left(counts, True, key=lambda n: half_width(scores, c, n, level) < mean)
    return counts[at] if at < len(counts) else most


@cache
def sign_test(n_exceeding: int, n: int) -> float:
    """Gives the one-sided p of so many of n seeds exceeding if each did with probability one half."""
    return float(scipy.special.bdtrc(n_exceeding - 1, n, 0.5))


def median(values: NDArray[np.floating]) -> Floats:
    """Gives the medians over the first axis, without NaN; NaN where there is nothing else.

    NumPy's own takes several times as long, which was most of a report's time.
    """
    ordered = np.sort(values, axis=0)  # NaN last
    n = np.count_nonzero(~np.isnan(values), axis=0, keepdims=True)
    low, high = (np.take_along_axis(ordered, place, axis=0)[0] for place in ((n - 1) // 2, n // 2 % len(values)))
    return np.asarray((low + high) / 2)


@cache
def collapse_bound(n_collapsed: int, n: int, level: float = LEVEL) -> float:
    """Gives the largest rate of collapse that `n` seeds can't exclude (Clopper & Pearson, 1934, upper end).

    With none collapsed it is 1 - (1 - level)^(1/n): 26 % for ten seeds.
    """
    return float(scipy.special.betaincinv(n_collapsed + 1, n - n_collapsed, level)) if n_collapsed < n else 1.0


@cache
def t_quantile(level: float, df: int) -> float:
    """Gives the two-sided quantile of Student's t."""
    return float(scipy.special.stdtrit(df, 0.5 + level / 2))
