"""What closed-form models reach on tasks whose nature is known."""

import numpy as np
import pytest

from actloss_cli.datasets import Dataset, DatasetRef, load
from actloss_cli.theory.simple_fits import SimpleFits, fit_simply


@pytest.mark.parametrize(
    ("name", "kind", "low", "high"),
    [
        ("linear", "regression", 1, 1),
        ("blobs", "multiclass", 0.95, 1),
        ("sine", "regression", 0, 0.1),
        ("circles", "binary", 0, 0.1),
        ("xor", "binary", 0, 0.1),
        ("gaussian_quantiles", "multiclass", 0, 0.1),
    ],
)
def test_a_linear_model_gets_all_of_a_linear_task_and_nothing_of_one_that_is_symmetric(name, kind, low, high):
    assert low <= fit_simply(load(DatasetRef(name), kind)).linear_share <= high


def test_the_fits_are_the_same_every_time():
    dataset = load(DatasetRef("friedman1"), "regression")
    np.testing.assert_array_equal(fit_simply(dataset).predicted, fit_simply(dataset).predicted)


def test_cutting_predictions_costs_what_the_cut_squares_add():
    perfect = SimpleFits(1.0, np.array([-1.0, 1.0]), np.array([-1.0, 1.0]))
    assert perfect.share_within(-np.inf, np.inf) == 1
    assert perfect.share_within(-0.5, np.inf) == pytest.approx(1 - 0.25 / 2)
    assert perfect.share_within(0, 0) == 0


def test_a_reach_costs_nothing_where_nothing_can_be_predicted():
    useless = SimpleFits(1.0, np.array([2.0, -2.0]), np.array([-1.0, 1.0]))
    assert useless.share_within(0, 1) == 1


def test_targets_that_are_all_the_same_need_no_bends_and_no_reach():
    X = np.random.default_rng(0).normal(size=(60, 2))
    dataset = Dataset("flat", "regression", X, np.ones(60), np.arange(10), ("a", "b"), fingerprint="flat")
    found = fit_simply(dataset)
    assert found.linear_share == 1
    assert found.share_within(0, 0.5) == 1


def test_classes_one_after_the_other_are_all_looked_at():
    y = np.repeat([0, 1], 6000)
    X = np.random.default_rng(0).normal(size=(12000, 2)) + 10 * y[:, None]
    dataset = Dataset("sorted", "binary", X, y, np.arange(0, 12000, 5), ("a", "b"), ("0", "1"), fingerprint="sorted")
    assert fit_simply(dataset).linear_share == 1
    shell = np.linalg.norm(X - 10 * y[:, None], axis=1) < 1.18  # half of the rows of either cloud
    bent = Dataset("shell", "binary", X, shell.astype(int), dataset.test, ("a", "b"), ("0", "1"), fingerprint="shell")
    assert fit_simply(bent).linear_share < 0.5
