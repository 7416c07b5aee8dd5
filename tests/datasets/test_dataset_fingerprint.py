"""The fingerprint: it follows whatever decides a trial's numbers, and nothing else."""

import numpy as np

from actloss_cli.datasets.assembly import classification, regression

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
