"""Generated spirals, one class per arm, after Lang & Witbrock (1988). Half of the rows are the test set."""

import numpy as np

from actloss_cli.datasets.assembly import HALF, classification
from actloss_cli.datasets.dataset import Dataset
from actloss_cli.datasets.rows import rounded, stream

_NOISE = 0.02


def two_spirals() -> Dataset:
    """Two arms of two turns each."""
    return _spirals("two_spirals", n_arms=2, turns=2, rows_per_arm=2000)


def three_spirals() -> Dataset:
    """Three arms of one turn each."""
    return _spirals("three_spirals", n_arms=3, turns=1, rows_per_arm=1500)


def _spirals(name: str, *, n_arms: int, turns: int, rows_per_arm: int) -> Dataset:
    """Arms of Archimedes' spiral out to radius 1, evenly turned, radii uniform, noise of standard deviation 0.02."""
    random = stream(name)
    arm = np.repeat(np.arange(n_arms), rows_per_arm)
    radius = random.uniform(size=len(arm))
    angle = 2 * np.pi * (turns * radius + arm / n_arms)
    on_the_arm = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    X = on_the_arm + _NOISE * random.standard_normal(on_the_arm.shape)
    classes = tuple(f"arm{i}" for i in range(1, n_arms + 1))
    return classification(name, rounded(X), arm, ("x1", "x2"), classes, HALF)
