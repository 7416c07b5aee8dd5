"""The split by seed: which rows train and which validate, and how features are standardised."""

import dataclasses

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.preprocessing import StandardScaler

from actloss_cli.datasets import Dataset, DatasetCard, DatasetRef, Split, load, split
from actloss_cli.datasets.assembly import classification, regression, with_training_targets


def numbered_regression(n: int) -> Dataset:
    """Every row's target is its own number."""
    return regression("numbered", np.arange(n)[:, None] * 2.0, np.arange(n) * 1.0, ("x",), 0.25)


def numbered_classes(counts: list[int]) -> Dataset:
    """Every row's one feature is its own number."""
    y = np.repeat(np.arange(len(counts)), counts)
    X = np.arange(len(y), dtype=np.float64)[:, None]
    return classification("numbered", X, y, ("x",), tuple(map(str, range(len(counts)))), 0.25)


def row_numbers(rows: Split) -> tuple[NDArray[np.int64], ...]:
    """Which rows of `numbered_classes` each part holds: standardising keeps their order."""
    parts = [rows.X_train[:, 0], rows.X_validation[:, 0], rows.X_test[:, 0]]
    rank = np.argsort(np.argsort(np.concatenate(parts)))
    return tuple(np.split(rank, np.cumsum([len(part) for part in parts])[:-1]))


@settings(deadline=None, max_examples=50)
@given(n=st.integers(40, 400), seed=st.integers(0, 10**6), phase=st.sampled_from(["tune", "final"]))
def test_the_parts_of_a_regression_are_all_rows_once(n: int, seed: int, phase: str) -> None:
    dataset = numbered_regression(n)
    rows = split(dataset, phase, seed)
    assert len(rows.y_test) == np.ceil(n / 4)
    assert len(rows.y_validation) == np.ceil((n - len(rows.y_test)) / 4)
    np.testing.assert_array_equal(rows.y_test, dataset.test)
    together = np.concatenate([rows.y_train, rows.y_validation, rows.y_test])
    np.testing.assert_array_equal(np.sort(together), np.arange(n))


@settings(deadline=None, max_examples=50)
@given(counts=st.lists(st.integers(8, 80), min_size=2, max_size=12), seed=st.integers(0, 10**6))
def test_the_parts_of_a_classification_are_all_rows_once_and_hold_each_class_in_its_share(
    counts: list[int], seed: int
) -> None:
    dataset = numbered_classes(counts)
    rows = split(dataset, "tune", seed)
    train, validation, test = row_numbers(rows)
    np.testing.assert_array_equal(test, dataset.test)
    np.testing.assert_array_equal(np.sort(np.concatenate([train, validation, test])), np.arange(sum(counts)))
    for part, y in ((train, rows.y_train), (validation, rows.y_validation), (test, rows.y_test)):
        np.testing.assert_array_equal(y, dataset.y[part])

    in_rest = np.bincount(np.concatenate([rows.y_train, rows.y_validation]), minlength=len(counts))
    in_validation = np.bincount(rows.y_validation, minlength=len(counts))
    assert (np.abs(in_validation - in_rest * len(validation) / in_rest.sum()) < 1).all()
    assert (in_validation > 0).all()
    assert (np.bincount(rows.y_test, minlength=len(counts)) > 0).all()


def test_no_seed_touches_the_test_set(card: DatasetCard) -> None:
    dataset = load(DatasetRef(card.name), card.kind)
    in_test = np.isin(np.arange(card.n_rows), dataset.test) * 1.0
    marked = dataclasses.replace(dataset, y=in_test, y_train=None, kind="regression")
    for phase in ("tune", "final"):
        for seed in range(20):
            rows = split(marked, phase, seed)
            assert not rows.y_train.any()
            assert not rows.y_validation.any()
            assert rows.y_test.all()


def test_features_are_standardised_as_scikit_learn_does_on_the_training_rows_alone(card: DatasetCard) -> None:
    dataset = load(DatasetRef(card.name), card.kind)
    # A target that is the row's number says which rows a part holds.
    numbers = np.arange(card.n_rows, dtype=np.float64)
    numbered = dataclasses.replace(dataset, y=numbers, y_train=None, kind="regression")
    rows = split(numbered, "final", 3)
    train, validation, test = (y.astype(int) for y in (rows.y_train, rows.y_validation, rows.y_test))
    scaler = StandardScaler().fit(dataset.X[train])
    np.testing.assert_array_equal(rows.X_train, scaler.transform(dataset.X[train]))
    np.testing.assert_array_equal(rows.X_validation, scaler.transform(dataset.X[validation]))
    np.testing.assert_array_equal(rows.X_test, scaler.transform(dataset.X[test]))


def test_the_standard_deviation_divides_by_the_number_of_training_rows() -> None:
    dataset = numbered_regression(40)
    rows = split(dataset, "tune", 0)
    x = 2.0 * rows.y_train
    np.testing.assert_allclose(rows.X_train[:, 0], (x - x.mean()) / np.sqrt(((x - x.mean()) ** 2).mean()), rtol=1e-12)


def test_a_feature_that_is_constant_in_training_is_only_centred() -> None:
    X = np.column_stack([np.full(40, 0.1), np.zeros(40)])
    dataset = regression("constant", X, np.arange(40) * 1.0, ("a", "b"), 0.25)
    only_in_test = dataset.X.copy()
    only_in_test[dataset.test[0], 1] = 7.0
    rows = split(dataclasses.replace(dataset, X=only_in_test), "tune", 0)
    np.testing.assert_allclose(rows.X_train, 0, atol=1e-15)
    assert rows.X_test[0, 1] == 7.0


def test_the_same_seed_gives_the_same_split_and_every_other_seed_or_phase_another(card: DatasetCard) -> None:
    dataset = load(DatasetRef(card.name), card.kind)
    seeds = [("tune", 0), ("tune", 1), ("tune", 2), ("final", 0), ("final", 1), ("final", 2)]
    first = [split(dataset, phase, seed) for phase, seed in seeds]
    again = [split(dataset, phase, seed) for phase, seed in seeds]
    for one, other in zip(first, again, strict=True):
        for part in dataclasses.fields(Split):
            np.testing.assert_array_equal(getattr(one, part.name), getattr(other, part.name))
    assert len({rows.X_train.tobytes() for rows in first}) == len(seeds)
    assert len({rows.y_test.tobytes() for rows in first}) == 1


def test_the_split_follows_the_fingerprint_and_not_the_name() -> None:
    dataset = numbered_regression(100)
    renamed = dataclasses.replace(dataset, name="other")
    changed = dataclasses.replace(dataset, fingerprint="0" * 16)
    expected = split(dataset, "tune", 0).y_train.tolist()
    assert split(renamed, "tune", 0).y_train.tolist() == expected
    assert split(changed, "tune", 0).y_train.tolist() != expected


def test_corrupted_targets_are_seen_by_the_training_rows_alone() -> None:
    clean = numbered_regression(100)
    corrupted = with_training_targets(clean, "corrupted", clean.y + 1000)
    rows = split(corrupted, "tune", 0)
    np.testing.assert_array_equal(rows.y_test, clean.test)
    assert rows.y_train.min() >= 1000
    assert rows.y_validation.max() < 100
    together = np.concatenate([rows.y_train - 1000, rows.y_validation, rows.y_test])
    np.testing.assert_array_equal(np.sort(together), np.arange(100))


def test_a_split_is_the_caller_s_own_and_may_be_written_to() -> None:
    rows = split(load(DatasetRef("moons"), "binary"), "tune", 0)
    assert all(getattr(rows, part.name).flags.writeable for part in dataclasses.fields(Split))
