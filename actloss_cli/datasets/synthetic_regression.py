"""Generated regressions: as many rows as wanted, the same ones always. Half of the rows are the test set."""

import numpy as np

from actloss_cli.datasets.assembly import HALF, regression
from actloss_cli.datasets.dataset import Dataset
from actloss_cli.datasets.rows import rounded, stream

_N_ROWS = 2000


def linear() -> Dataset:
    """A linear function of five features, five idle ones, and noise of standard deviation 30: nothing to bend for."""
    from sklearn.datasets import make_regression

    X, y = make_regression(n_samples=_N_ROWS, n_features=10, n_informative=5, noise=30.0, random_state=stream("linear"))
    return regression("linear", rounded(X), rounded(y, decimals=6), _numbered(10), HALF)


def sine() -> Dataset:
    """sin(3 pi x1) for x1 in [-1, 1], three periods, with noise of standard deviation 0.2."""
    random = stream("sine")
    X = random.uniform(-1, 1, size=(_N_ROWS, 1))
    y = np.sin(3 * np.pi * X[:, 0]) + 0.2 * random.standard_normal(_N_ROWS)
    return regression("sine", rounded(X), rounded(y), _numbered(1), HALF)


def friedman1() -> Dataset:
    """10 sin(pi x1 x2) + 20 (x3 - 0.5)² + 10 x4 + 5 x5 + noise of variance 1; x6 to x10 are idle (Friedman, 1991)."""
    from sklearn.datasets import make_friedman1

    X, y = make_friedman1(n_samples=_N_ROWS, n_features=10, noise=1.0, random_state=stream("friedman1"))
    return regression("friedman1", rounded(X), rounded(y), _numbered(10), HALF)


def friedman2() -> Dataset:
    """Impedance of a circuit, sqrt(x1² + (x2 x3 - 1 / (x2 x4))²), noise a third of its spread (Friedman, 1991)."""
    from sklearn.datasets import make_friedman2

    X, y = make_friedman2(n_samples=_N_ROWS, noise=125.0, random_state=stream("friedman2"))
    return regression("friedman2", rounded(X, decimals=6), rounded(y, decimals=6), _numbered(4), HALF)


def friedman3() -> Dataset:
    """Phase of a circuit, arctan((x2 x3 - 1 / (x2 x4)) / x1), noise a third of its spread (Friedman, 1991)."""
    from sklearn.datasets import make_friedman3

    X, y = make_friedman3(n_samples=_N_ROWS, noise=0.1, random_state=stream("friedman3"))
    return regression("friedman3", rounded(X, decimals=6), rounded(y), _numbered(4), HALF)


def counts() -> Dataset:
    """Poisson counts at the rate exp(1 + sin(pi x1) + 2 x2 x3), with x1 to x5 in [-1, 1]; x4 and x5 are idle."""
    random = stream("counts")
    X = rounded(random.uniform(-1, 1, size=(_N_ROWS, 5)))
    y = random.poisson(np.exp(1 + np.sin(np.pi * X[:, 0]) + 2 * X[:, 1] * X[:, 2])).astype(np.float64)
    return regression("counts", X, y, _numbered(5), HALF)


def _numbered(n: int) -> tuple[str, ...]:
    return tuple(f"x{i}" for i in range(1, n + 1))
