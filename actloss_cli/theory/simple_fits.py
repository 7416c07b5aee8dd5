"""How far closed-form models get on a task: what a model without a bend can reach, and how far predictions spread.

The one of the two models is linear in the features; the other also has random rectified units (Rahimi & Recht, 2008,
Weighted sums of random kitchen sinks). Both are ridge regressions, of classes on their codes with balanced weights,
fitted to training rows of the first tune seed and scored on its validation rows. Test rows are not looked at.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import Ridge, RidgeClassifier

from actloss_cli.datasets import Dataset, split
from actloss_cli.datasets.dataset import Split
from actloss_cli.seeding import derive_seed

N_ROWS = 2000
"""Training rows looked at, at most."""
N_UNITS = 256
"""Random hidden units."""
SPREAD = 1.5
"""Biases lie within so many standard deviations of 0, so that units bend within the cloud of rows."""
RIDGE = 1e-3
"""Of the number of training rows: the penalty on the weights' squares."""

Floats = NDArray[np.float64]
Targets = NDArray[np.float64] | NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SimpleFits:
    """Of one task. N validation rows."""

    linear_share: float
    """The linear model's share of the better one's gain over the floor: 1 where bends don't help."""
    predicted: Floats
    """`[N]`: what the better one predicts of a regression, in original units; empty for classes."""
    y: Floats
    """`[N]`: the targets."""

    def share_within(self, low: float, high: float) -> float:
        """Of the better model's R², the share that is left where predictions are cut at these ends; 1 without any."""
        whole, cut = (_r2(self.y, predicted) for predicted in (self.predicted, self.predicted.clip(low, high)))
        return max(cut, 0.0) / whole if whole > 0 else 1.0


def fit_simply(dataset: Dataset) -> SimpleFits:
    """Both models' fits."""
    rows = split(dataset, "tune", 0)
    weights, bias = _random_units(rows.X_train.shape[1], dataset.fingerprint)
    every = -(-len(rows.y_train) // N_ROWS)  # spread, since a file may have one class after the other
    X_train, X_validation = (X.astype(np.float64) for X in (rows.X_train[::every], rows.X_validation))
    y_train = rows.y_train[::every]
    straight = _predict(dataset, y_train, X_train, X_validation)
    bent = _predict(
        dataset, y_train, *(np.hstack([X, np.maximum(X @ weights + bias, 0)]) for X in (X_train, X_validation))
    )
    gains = [max(_gain(dataset, rows, predicted), 0.0) for predicted in (straight, bent)]
    share = gains[0] / max(gains) if max(gains) else 1.0
    if dataset.kind == "regression":
        return SimpleFits(share, straight if share == 1 else bent, rows.y_validation.astype(np.float64))
    return SimpleFits(share, np.empty(0), np.empty(0))


def _random_units(n_features: int, fingerprint: str) -> tuple[Floats, Floats]:
    """Weights `[D, H]` and biases `[H]`."""
    rng = np.random.default_rng(derive_seed(fingerprint, "random units"))
    return rng.standard_normal((n_features, N_UNITS)) / np.sqrt(n_features), rng.uniform(-SPREAD, SPREAD, N_UNITS)


def _predict(dataset: Dataset, y_train: Targets, X_train: Floats, X_validation: Floats) -> Floats:
    """Of the validation rows `[N]`: numbers in original units, or class indices."""
    alpha = RIDGE * len(X_train)
    model = (
        Ridge(alpha=alpha) if dataset.kind == "regression" else RidgeClassifier(alpha=alpha, class_weight="balanced")
    )
    return np.asarray(model.fit(X_train, y_train).predict(X_validation), np.float64)


def _gain(dataset: Dataset, rows: Split, predicted: Floats) -> float:
    """Over the floor: R², or balanced accuracy less 1/C."""
    if dataset.kind == "regression":
        return _r2(rows.y_validation.astype(np.float64), predicted)
    right = predicted == rows.y_validation
    recalls = [right[rows.y_validation == label].mean() for label in np.unique(rows.y_validation)]
    return float(np.mean(recalls)) - 1 / len(dataset.classes)


def _r2(y: Floats, predicted: Floats) -> float:
    """0 of targets that are all the same."""
    total = np.square(y - y.mean()).sum()
    return float(1 - np.square(y - predicted).sum() / total) if total else 0.0
