"""The catalogue of datasets: its cards say what is true of the rows, and a name or kind that isn't there is told so."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.neural_network import MLPClassifier

from actloss_cli.datasets import CARDS, DatasetCard, DatasetError, DatasetRef, find_card, load, split

every_card = pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)


@every_card
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


@every_card
def test_the_test_set_is_half_of_a_synthetic_dataset_and_a_quarter_of_a_standard_one(card: DatasetCard) -> None:
    test = load(DatasetRef(card.name), card.kind).test
    share = {"synthetic": 0.5, "standard": 0.25}[card.kind_of_source]
    assert len(test) == int(np.ceil(share * card.n_rows))
    assert (np.diff(test) > 0).all()
    assert test[0] >= 0
    assert test[-1] < card.n_rows


@every_card
def test_the_test_set_holds_each_class_in_its_share(card: DatasetCard) -> None:
    dataset = load(DatasetRef(card.name), card.kind)
    if card.kind != "regression":
        expected = np.bincount(dataset.y) * len(dataset.test) / card.n_rows
        assert (np.abs(np.bincount(dataset.y[dataset.test]) - expected) <= 1).all()


@every_card
def test_making_a_dataset_again_gives_the_same_rows_and_test_set(card: DatasetCard) -> None:
    first, again = card.load(), card.load()
    np.testing.assert_array_equal(first.X, again.X)
    np.testing.assert_array_equal(first.y, again.y)
    np.testing.assert_array_equal(first.test, again.test)
    assert first.fingerprint == again.fingerprint


@every_card
def test_loaded_rows_cannot_be_changed(card: DatasetCard) -> None:
    dataset = load(DatasetRef(card.name), card.kind)
    assert load(DatasetRef(card.name), card.kind) is dataset
    for array in (dataset.X, dataset.y, dataset.test):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_no_two_datasets_share_a_name_or_a_fingerprint() -> None:
    assert len({card.name for card in CARDS}) == len(CARDS)
    fingerprints = {load(DatasetRef(card.name), card.kind).fingerprint for card in CARDS}
    assert len(fingerprints) == len(CARDS)
    assert all(len(each) == 16 and int(each, 16) >= 0 for each in fingerprints)


def test_friedman1_is_the_published_function_with_noise_of_variance_1() -> None:
    dataset = load(DatasetRef("friedman1"), "regression")
    x1, x2, x3, x4, x5 = dataset.X.T[:5]
    noise = dataset.y - (10 * np.sin(np.pi * x1 * x2) + 20 * (x3 - 0.5) ** 2 + 10 * x4 + 5 * x5)
    standard_error = np.sqrt(2 / len(noise))
    assert abs(noise.var() - 1) < 4 * standard_error
    assert ((dataset.X >= 0) & (dataset.X <= 1)).all()


def test_moons_lie_on_their_half_circles_blurred_by_a_quarter() -> None:
    dataset = load(DatasetRef("moons"), "binary")
    outer, inner = dataset.X[dataset.y == 0], dataset.X[dataset.y == 1]
    assert (len(outer), len(inner)) == (1000, 1000)
    # The half circles' mean heights: 2 / pi, and 0.5 - 2 / pi for the one that hangs.
    np.testing.assert_allclose([outer[:, 1].mean(), inner[:, 1].mean()], [2 / np.pi, 0.5 - 2 / np.pi], atol=0.05)
    radial = np.hypot(*outer.T)
    assert abs(radial.std() - 0.25) < 0.03


def test_imbalanced_has_ten_common_rows_to_each_rare_positive_one() -> None:
    dataset = load(DatasetRef("imbalanced"), "binary")
    assert np.bincount(dataset.y).tolist() == [3000, 300]
    assert dataset.classes == ("common", "rare")
    assert np.bincount(dataset.y[dataset.test]).tolist() == [1500, 150]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_imbalanced_can_be_learnt_well_by_an_mlp_but_not_fully_and_not_by_a_line() -> None:
    rows = split(load(DatasetRef("imbalanced"), "binary"), "final", 0)
    mlp = MLPClassifier((32, 32), max_iter=30, batch_size=64, random_state=0).fit(rows.X_train, rows.y_train)
    line = LogisticRegression().fit(rows.X_train, rows.y_train)
    assert 0.85 < balanced_accuracy_score(rows.y_test, mlp.predict(rows.X_test)) < 0.95
    assert balanced_accuracy_score(rows.y_test, line.predict(rows.X_test)) < 0.75


def test_breast_cancer_makes_the_rarer_malignant_class_the_positive_one() -> None:
    dataset = load(DatasetRef("breast_cancer"), "binary")
    assert dataset.classes == ("benign", "malignant")
    assert np.bincount(dataset.y).tolist() == [357, 212]
    np.testing.assert_array_equal(dataset.y, 1 - load_breast_cancer().target)


def test_digits_are_those_of_scikit_learn() -> None:
    dataset = load(DatasetRef("digits"), "multiclass")
    np.testing.assert_array_equal(dataset.X, load_digits().data)
    np.testing.assert_array_equal(dataset.y, load_digits().target)
    assert dataset.classes == tuple("0123456789")


def test_diabetes_holds_unscaled_measures_and_the_target_in_its_own_units() -> None:
    dataset = load(DatasetRef("diabetes"), "regression")
    np.testing.assert_array_equal(dataset.X, load_diabetes(scaled=False).data)
    assert (dataset.y.min(), dataset.y.max()) == (25, 346)


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
    assert caught.value.hint == "write kind: regression, or take one for binary: moons, imbalanced, breast_cancer"


def test_the_catalogue_is_imported_without_pandas_or_scikit_learn() -> None:
    code = "import sys, actloss_cli.datasets; print([m for m in ('pandas', 'sklearn') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
