"""How seeds and test rows scatter in simulated comparisons: laws of noise, and rows that pairings find hard alike."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import ndtri

from actloss_cli.plan.selection import Floats

NOISES: Mapping[str, Callable[[Generator, int], Floats]] = {
    "normal": lambda rng, n: rng.standard_normal(n),
    "exponential": lambda rng, n: 1 - rng.standard_exponential(n),
    "log-normal": lambda rng, n: (np.exp(0.5) - rng.lognormal(size=n)) / np.sqrt((np.e - 1) * np.e),
}
"""`[n]` of mean 0 and variance 1. Skewed laws have their long tail below: a seed may do much worse than the rest."""

RowDraw: TypeAlias = Callable[[Generator, Floats, NDArray[np.int64]], Floats]
"""From the true scores `[2, n]` of two pairings on n seeds, and the strata `[N]` of the test rows: rows `[2, n, N]`."""

SHARED, OWN = 0.5, 0.3
"""How much of the variance of a row's difficulty both pairings share, and how much is a pairing's own on all its seeds;
the rest is drawn for each seed."""


def still_rows(_: Generator, score: Floats, strata: NDArray[np.int64]) -> Floats:
    """Rows that add no variance."""
    return np.repeat(score[:, :, None], len(strata), axis=2)


def classified_rows(rng: Generator, score: Floats, strata: NDArray[np.int64]) -> Floats:
    """1 for a row that is classified right, else 0; it is right with the true score as probability."""
    right: NDArray[np.bool_] = _difficulty(rng, score, strata) < ndtri(score.clip(0, 1))[:, :, None]
    return right.astype(np.float64)


def regression_rows(rng: Generator, score: Floats, strata: NDArray[np.int64]) -> Floats:
    """1 - squared error over the target's variance; errors are normal, of the size that the true R² leaves."""
    return 1 - (1 - score.clip(max=1))[:, :, None] * _difficulty(rng, score, strata).astype(np.float64) ** 2


def _difficulty(rng: Generator, score: Floats, strata: NDArray[np.int64]) -> NDArray[np.float32]:
    """`[2, n, N]` standard normal, alike for a row's seeds and pairings."""
    n, N = score.shape[1], len(strata)
    common, own, rest = np.sqrt(np.array([SHARED, OWN, 1 - SHARED - OWN], np.float32))
    of_row = common * rng.standard_normal(N, np.float32) + own * rng.standard_normal((2, 1, N), np.float32)
    difficulty = rng.standard_normal((2, n, N), np.float32)
    difficulty *= rest  # in place: memory is most of the time
    difficulty += of_row
    return difficulty
