"""Corrupted training targets: how many, which, and that nothing else differs from the clean dataset."""

import numpy as np
import pytest
from scipy import stats

from actloss_cli.datasets import Dataset, DatasetRef, find_card, load


def loaded(name: str) -> Dataset:
    return load(DatasetRef(name), find_card(name).kind)


def corrupted_rows(dataset: Dataset) -> np.ndarray:
    assert dataset.y_train is not None
    return np.flatnonzero(dataset.y_train != dataset.y)


@pytest.mark.parametrize(
    ("name", "clean_name", "share"),
    [
        ("friedman1_outliers", "friedman1", 0.1),
        ("moons_label_noise", "moons", 0.3),
        ("digits_label_noise", "digits", 0.4),
    ],
)
def test_that_share_of_the_rows_outside_the_test_set_is_corrupted_and_nothing_else(
    name: str, clean_name: str, share: float
) -> None:
    dataset, clean = loaded(name), loaded(clean_name)
    for part in ("X", "y", "test"):
        np.testing.assert_array_equal(getattr(dataset, part), getattr(clean, part))
    assert (dataset.classes, dataset.features) == (clean.classes, clean.features)
    rows = corrupted_rows(dataset)
    assert len(rows) == round(share * (len(clean.y) - len(clean.test)))
    assert not np.isin(rows, clean.test).any()
    assert dataset.y_train.dtype == clean.y.dtype


def test_outliers_are_five_times_the_spread_of_the_targets() -> None:
    dataset = loaded("friedman1_outliers")
    rows = corrupted_rows(dataset)
    assert stats.kstest((dataset.y_train - dataset.y)[rows], "norm", (0, 25)).pvalue > 0.001
    assert abs(25 / dataset.y.std() - 5) < 0.5


@pytest.mark.parametrize("name", ["moons_label_noise", "digits_label_noise"])
def test_any_row_and_any_wrong_class_is_as_likely_as_any_other(name: str) -> None:
    dataset = loaded(name)
    n_classes, rows = len(dataset.classes), corrupted_rows(dataset)
    rest = np.setdiff1d(np.arange(len(dataset.y)), dataset.test)
    in_rest = np.bincount(dataset.y[rest])
    assert stats.chisquare(np.bincount(dataset.y[rows]), in_rest * len(rows) / len(rest)).pvalue > 0.001
    step = (dataset.y_train - dataset.y)[rows] % n_classes
    assert set(step) == set(range(1, n_classes))
    if n_classes > 2:
        assert stats.chisquare(np.bincount(step)[1:]).pvalue > 0.001
