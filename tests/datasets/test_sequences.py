"""The generated sequences: their published rules, recomputed from the rows, and the shape that a row is read in."""

import numpy as np
import pytest
from scipy import stats
from sklearn.datasets import load_digits

from actloss_cli.datasets import Dataset, DatasetCard, DatasetRef, load


def steps_of(dataset: Dataset) -> np.ndarray:
    """`[N, channels, steps]`."""
    return dataset.X.reshape(len(dataset.X), *dataset.shape)


def test_adding_is_the_sum_of_two_marked_values_one_in_each_half() -> None:
    dataset = load(DatasetRef("adding"), "regression")
    values, marks = steps_of(dataset).transpose(1, 0, 2)
    np.testing.assert_allclose((values * marks).sum(1), dataset.y, atol=1e-8)
    assert ((marks == 0) | (marks == 1)).all()
    assert (marks[:, :10].sum(1) == 1).all()
    assert (marks[:, 10:].sum(1) == 1).all()
    assert stats.kstest(values.ravel(), "uniform").pvalue > 0.001
    # The sum of two uniform numbers has a triangular distribution.
    assert stats.kstest(dataset.y, stats.triang(0.5, 0, 2).cdf).pvalue > 0.001


def test_every_step_of_adding_is_marked_equally_often() -> None:
    marks = steps_of(load(DatasetRef("adding"), "regression"))[:, 1]
    for half in (marks[:, :10], marks[:, 10:]):
        assert stats.chisquare(half.sum(0)).pvalue > 0.001


def test_symbol_order_is_named_by_its_two_telling_symbols_in_their_order() -> None:
    dataset = load(DatasetRef("symbol_order"), "multiclass")
    steps = steps_of(dataset)
    assert (steps.sum(1) == 1).all()  # one symbol at each step
    symbols = steps.argmax(1)
    told = ["".join("XY"[s] for s in row if s < 2) for row in symbols]
    assert told == [dataset.classes[c] for c in dataset.y]
    assert np.bincount(dataset.y).tolist() == [1500] * 4


def test_the_telling_symbols_stand_anywhere_and_the_others_tell_nothing() -> None:
    symbols = steps_of(load(DatasetRef("symbol_order"), "multiclass")).argmax(1)
    assert stats.chisquare((symbols < 2).sum(0)).pvalue > 0.001
    assert stats.chisquare(np.bincount(symbols[symbols >= 2])[2:]).pvalue > 0.001


def test_a_row_is_as_many_numbers_as_its_shape_holds(card: DatasetCard) -> None:
    dataset = load(DatasetRef(card.name), card.kind)
    assert not dataset.shape or np.prod(dataset.shape) == card.n_features


@pytest.mark.parametrize(
    ("name", "kind", "shape"),
    [
        ("adding", "regression", (2, 20)),
        ("symbol_order", "multiclass", (6, 20)),
        ("mnist1d", "multiclass", (1, 40)),
        ("digits", "multiclass", (1, 8, 8)),
        ("digits_label_noise", "multiclass", (1, 8, 8)),
        ("wine", "multiclass", ()),
        ("friedman1", "regression", ()),
    ],
)
def test_sequences_and_images_say_how_a_row_is_read_and_tables_do_not(name, kind, shape) -> None:
    assert load(DatasetRef(name), kind).shape == shape


def test_an_image_is_read_row_by_row_as_scikit_learn_shows_it() -> None:
    dataset = load(DatasetRef("digits"), "multiclass")
    np.testing.assert_array_equal(dataset.X.reshape(-1, *dataset.shape)[:, 0], load_digits().images)
