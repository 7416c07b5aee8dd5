"""Generated classes: as many rows as wanted, the same ones always. Half of the rows are the test set."""

import numpy as np
from numpy.typing import NDArray

from actloss_cli.datasets.assembly import HALF, classification
from actloss_cli.datasets.dataset import Dataset
from actloss_cli.datasets.rows import rounded, stream

_PLANE = ("x1", "x2")
_COMMON = ((-2.0, 2.0), (2.0, -2.0), (2.5, 2.5))
_RARE = ((0.0, 0.0), (-2.0, -2.0))
_SAME_SIGN = ((1.0, 1.0), (-1.0, -1.0))
_OPPOSITE_SIGN = ((1.0, -1.0), (-1.0, 1.0))


def moons() -> Dataset:
    """Two interleaved half circles of radius 1 with Gaussian noise of standard deviation 0.25."""
    from sklearn.datasets import make_moons

    X, y = make_moons(n_samples=2000, noise=0.25, random_state=stream("moons"))
    return classification("moons", rounded(X), y, _PLANE, ("outer", "inner"), HALF)


def circles() -> Dataset:
    """Circles of radius 1 and 0.5 with Gaussian noise of standard deviation 0.1."""
    from sklearn.datasets import make_circles

    X, y = make_circles(n_samples=2000, noise=0.1, factor=0.5, random_state=stream("circles"))
    return classification("circles", rounded(X), y, _PLANE, ("outer", "inner"), HALF)


def xor() -> Dataset:
    """Gaussian clusters of standard deviation 0.5 at (±1, ±1); positive where the two signs differ."""
    X, cluster = _clusters("xor", np.array(_SAME_SIGN + _OPPOSITE_SIGN), [500] * 4, 0.5)
    differ = (cluster >= len(_SAME_SIGN)).astype(np.int64)
    return classification("xor", X, differ, _PLANE, ("same", "differ"), HALF)


def imbalanced() -> Dataset:
    """3000 rows in three Gaussian clusters, 300 positive ones in two among them: overlapping, and parted by no line."""
    n_rows = [1000] * len(_COMMON) + [150] * len(_RARE)
    X, cluster = _clusters("imbalanced", np.array(_COMMON + _RARE), n_rows, 0.85)
    rare = (cluster >= len(_COMMON)).astype(np.int64)
    return classification("imbalanced", X, rare, _PLANE, ("common", "rare"), HALF)


def blobs() -> Dataset:
    """Five Gaussian clusters of standard deviation 1, evenly spaced on a circle of radius 3: parted by lines."""
    angle = 2 * np.pi * np.arange(5) / 5
    centres = 3 * np.column_stack([np.cos(angle), np.sin(angle)])
    X, cluster = _clusters("blobs", centres, [400] * 5, 1.0)
    return classification("blobs", X, cluster, _PLANE, tuple("ABCDE"), HALF)


def gaussian_quantiles() -> Dataset:
    """Four equally large classes by distance from the origin, shells of one Gaussian cloud in five dimensions."""
    from sklearn.datasets import make_gaussian_quantiles

    X, y = make_gaussian_quantiles(n_samples=3000, n_features=5, n_classes=4, random_state=stream("gaussian_quantiles"))
    shells = ("innermost", "inner", "outer", "outermost")
    return classification("gaussian_quantiles", rounded(X), y, tuple(f"x{i}" for i in range(1, 6)), shells, HALF)


def _clusters(
    name: str, centres: NDArray[np.float64], n_rows: list[int], spread: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """X `[N, 2]` and each row's cluster `[N]`; `n_rows` of each, normal around its centre."""
    from sklearn.datasets import make_blobs

    X, cluster = make_blobs(n_samples=n_rows, centers=centres, cluster_std=spread, random_state=stream(name))
    return rounded(X), cluster
