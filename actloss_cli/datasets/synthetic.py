"""Generated datasets: as many rows as wanted, the same ones always. Half of the rows are the test set."""

import numpy as np

from actloss_cli.datasets.assembly import HALF, classification, regression
from actloss_cli.datasets.dataset import Dataset
from actloss_cli.datasets.rows import stream

_COMMON = ((-2.0, 2.0), (2.0, -2.0), (2.5, 2.5))
_RARE = ((0.0, 0.0), (-2.0, -2.0))
_SPREAD = 0.85
_DECIMALS = 9
"""Kept of each value: the last bits of a sine differ between machines, and the fingerprint would follow them."""


def friedman1() -> Dataset:
    """10 sin(pi x1 x2) + 20 (x3 - 0.5)² + 10 x4 + 5 x5 + noise of variance 1; x6 to x10 are idle (Friedman, 1991)."""
    from sklearn.datasets import make_friedman1

    X, y = make_friedman1(n_samples=2000, n_features=10, noise=1.0, random_state=stream("friedman1"))
    return regression("friedman1", X.round(_DECIMALS), y.round(_DECIMALS), tuple(f"x{i}" for i in range(1, 11)), HALF)


def moons() -> Dataset:
    """Two interleaved half circles of radius 1 with Gaussian noise of standard deviation 0.25."""
    from sklearn.datasets import make_moons

    X, y = make_moons(n_samples=2000, noise=0.25, random_state=stream("moons"))
    return classification("moons", X.round(_DECIMALS), y, ("x1", "x2"), ("outer", "inner"), HALF)


def imbalanced() -> Dataset:
    """3000 rows in three Gaussian clusters, 300 positive ones in two among them: overlapping, and parted by no line."""
    from sklearn.datasets import make_blobs

    X, cluster = make_blobs(
        n_samples=[1000] * len(_COMMON) + [150] * len(_RARE),
        centers=np.array(_COMMON + _RARE),
        cluster_std=_SPREAD,
        random_state=stream("imbalanced"),
    )
    rare = (cluster >= len(_COMMON)).astype(np.int64)
    return classification("imbalanced", X.round(_DECIMALS), rare, ("x1", "x2"), ("common", "rare"), HALF)
