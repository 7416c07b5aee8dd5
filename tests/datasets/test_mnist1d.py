"""MNIST-1D: as hard as published, for a line, for layers, and against chance."""

import numpy as np

from actloss_cli.datasets import DatasetRef, load
from tests.datasets.learners import linear_score, mlp_score


def test_rows_are_forty_samples_of_equally_many_digits() -> None:
    dataset = load(DatasetRef("mnist1d"), "multiclass")
    assert dataset.X.shape == (10000, 40)
    assert np.bincount(dataset.y).tolist() == [1000] * 10


def test_neighbouring_samples_go_together_and_distant_ones_do_not() -> None:
    X = load(DatasetRef("mnist1d"), "multiclass").X
    r = np.corrcoef(X.T)
    assert np.diag(r, 1).min() > 0.5
    # Opposite ends are sheared apart.
    assert np.diag(r, 20).max() < 0.2


def test_a_digit_and_its_place_are_independent() -> None:
    dataset = load(DatasetRef("mnist1d"), "multiclass")
    # The sharpest step lies in the digit, anywhere but near the wrapped edges.
    steepest = np.abs(np.diff(dataset.X, axis=1)).argmax(axis=1)
    assert len(set(steepest)) > 30


def test_models_score_as_published() -> None:
    # Greydanus (2020), table 1: 32 % by logistic regression, 68 % by two hidden layers of 100, from 4000 rows.
    assert abs(linear_score("mnist1d") - 0.32) < 0.03
    assert abs(mlp_score("mnist1d", hidden=(100, 100), epochs=100) - 0.68) < 0.05
