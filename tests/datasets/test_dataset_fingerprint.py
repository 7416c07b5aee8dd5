"""The fingerprint: it follows whatever decides a trial's numbers, and nothing else."""

import numpy as np

from actloss_cli.datasets import CARDS, DatasetCard, DatasetRef, load
from actloss_cli.datasets.assembly import classification, regression, with_training_targets

PINNED = {
    "linear": "904e060ca48ee7a9",
    "sine": "21a18223a139ca35",
    "friedman1": "d630d47e859e4c4d",
    "friedman1_outliers": "1b4451b4724c8dac",
    "friedman2": "20237a75ea1f2e25",
    "friedman3": "60aa21ffb66e52c5",
    "counts": "6677d33a245ff9de",
    "adding": "72d234a2ef99d3c6",
    "diabetes": "d72123929cc9e805",
    "moons": "39bb518ac353974e",
    "moons_label_noise": "596991b564323d6a",
    "circles": "63b9f33dc537e92f",
    "xor": "8b4e157a2aedb351",
    "two_spirals": "512eda1e898e2e06",
    "imbalanced": "1be4404067000b26",
    "sparse": "5258e0907ebe77ae",
    "breast_cancer": "8d099fcfeeb59015",
    "blobs": "7f23611526d051ca",
    "gaussian_quantiles": "aa8b5f610e9d33a3",
    "three_spirals": "e121450256e0cd7c",
    "symbol_order": "883b0960867c3b09",
    "mnist1d": "200e8ed872bf5f6d",
    "iris": "c3ebb1b9864de79c",
    "wine": "d9e2a5a96c9eea45",
    "digits": "be2a4a08d3043f07",
    "digits_label_noise": "c9b4dabdc723a966",
    "mnist_5k": "5adccca6f4a2741e",
}
"""Of every dataset that needs no connection: a trial's id follows it, so these stay as they are on any machine."""

X = np.arange(80, dtype=np.float64).reshape(40, 2)
Y = np.arange(40) % 2


def fingerprint(
    X: np.ndarray = X, y: np.ndarray = Y, classes: tuple[str, ...] = ("no", "yes"), share: float = 0.25
) -> str:
    return classification("table", X.copy(), y.copy(), ("a", "b"), classes, share).fingerprint


def test_one_cell_one_label_a_class_name_or_another_test_set_changes_it() -> None:
    one_cell = X.copy()
    one_cell[17, 1] = np.nextafter(one_cell[17, 1], np.inf)
    swapped = Y.copy()
    swapped[[0, 1]] = swapped[[1, 0]]
    made = [
        fingerprint(),
        fingerprint(X=one_cell),
        fingerprint(y=swapped),
        fingerprint(classes=("no", "maybe")),
        fingerprint(share=0.5),
        regression("table", X.copy(), Y.astype(np.float64), ("a", "b"), 0.25).fingerprint,
    ]
    assert len(set(made)) == len(made)


def test_it_is_the_same_whatever_the_layout_in_memory_and_the_byte_order() -> None:
    assert fingerprint(X=np.asfortranarray(X)) == fingerprint()
    assert fingerprint(X=X.astype(">f8")) == fingerprint()
    assert fingerprint(y=Y.astype(">i8")) == fingerprint()


def test_other_names_of_features_leave_it_as_it_is() -> None:
    renamed = classification("table", X.copy(), Y.copy(), ("c", "d"), ("no", "yes"), 0.25)
    assert renamed.fingerprint == fingerprint()


def test_corrupted_training_targets_change_it_and_a_change_of_one_of_them_again() -> None:
    clean = regression("table", X.copy(), Y.astype(np.float64), ("a", "b"), 0.25)
    one_off = clean.y.copy()
    one_off[3] += 1
    made = {
        clean.fingerprint,
        with_training_targets(clean, "table", clean.y.copy()).fingerprint,
        with_training_targets(clean, "table", one_off).fingerprint,
    }
    assert len(made) == 3


def test_each_dataset_has_its_own_and_keeps_it(card: DatasetCard) -> None:
    assert load(DatasetRef(card.name), card.kind).fingerprint == PINNED[card.name]


def test_every_dataset_that_needs_no_connection_is_pinned_and_no_two_are_the_same() -> None:
    assert set(PINNED) == {card.name for card in CARDS if card.kind_of_source != "fetched"}
    assert len(set(PINNED.values())) == len(PINNED)
