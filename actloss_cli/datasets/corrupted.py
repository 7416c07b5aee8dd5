"""Datasets whose training targets are corrupted: rows, validation and test are those of the clean dataset."""

import numpy as np
from numpy.typing import NDArray

from actloss_cli.datasets.assembly import with_training_targets
from actloss_cli.datasets.dataset import Dataset
from actloss_cli.datasets.rows import rounded, stream
from actloss_cli.datasets.standard import digits
from actloss_cli.datasets.synthetic_classes import moons
from actloss_cli.datasets.synthetic_regression import friedman1


def friedman1_outliers() -> Dataset:
    """friedman1 with an error of standard deviation 25, five times the target's spread, on a tenth of the targets."""
    name = "friedman1_outliers"
    clean, random = friedman1(), stream(name)
    y_train = clean.y.astype(np.float64)
    rows = _drawn(clean, 0.1, random)
    y_train[rows] += rounded(random.normal(scale=25.0, size=len(rows)))
    return with_training_targets(clean, name, y_train)


def moons_label_noise() -> Dataset:
    """Moons with three labels in ten flipped."""
    return _mislabelled(moons(), "moons_label_noise", 0.3)


def digits_label_noise() -> Dataset:
    """Digits with four labels in ten replaced by another digit, any other one equally often."""
    return _mislabelled(digits(), "digits_label_noise", 0.4)


def _mislabelled(clean: Dataset, name: str, share: float) -> Dataset:
    random, n_classes = stream(name), len(clean.classes)
    y_train = clean.y.astype(np.int64)
    rows = _drawn(clean, share, random)
    y_train[rows] = (y_train[rows] + random.randint(1, n_classes, size=len(rows))) % n_classes
    return with_training_targets(clean, name, y_train)


def _drawn(dataset: Dataset, share: float, random: np.random.RandomState) -> NDArray[np.int64]:
    """That share of the rows outside the test set, rounded, none twice."""
    rest = np.setdiff1d(np.arange(len(dataset.y)), dataset.test)
    return random.choice(rest, size=round(share * len(rest)), replace=False)
