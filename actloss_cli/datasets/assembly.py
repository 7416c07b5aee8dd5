"""Makes a `Dataset` of bare rows: draws its fixed test set and takes the fingerprint of its content."""

import hashlib
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from actloss_cli.datasets.dataset import Dataset, Features
from actloss_cli.datasets.rows import hold_out, stream

QUARTER = 0.25
HALF = 0.5


def regression(
    name: str,
    X: NDArray[np.float64],
    y: NDArray[np.float64],
    features: tuple[str, ...],
    test_share: float,
    shape: tuple[int, ...] = (),
) -> Dataset:
    """A dataset of X `[N, D]` and values y `[N]`, in original units; its test set depends on name and N alone."""
    _, test = hold_out(np.arange(len(y)), test_share, stream(name, "test"), None)
    _freeze(X, y, test)
    return Dataset(
        name=name,
        kind="regression",
        X=X,
        y=y,
        test=test,
        features=features,
        shape=shape,
        fingerprint=_fingerprint(X, y, test, ()),
    )


def classification(
    name: str,
    X: Features,
    y: NDArray[np.int64],
    features: tuple[str, ...],
    classes: tuple[str, ...],
    test: float | NDArray[np.int64],
    shape: tuple[int, ...] = (),
) -> Dataset:
    """A dataset of X `[N, D]` and class indices y `[N]`.

    `test` is the share of rows that make the test set, drawn stratified and by name and y alone, or their numbers.
    Two classes make it `binary` (index 1 is the positive one), more `multiclass`.
    """
    if isinstance(test, float):
        _, test = hold_out(np.arange(len(y)), test, stream(name, "test"), y)
    _freeze(X, y, test)
    return Dataset(
        name=name,
        kind="binary" if len(classes) == 2 else "multiclass",
        X=X,
        y=y,
        test=test,
        features=features,
        classes=classes,
        shape=shape,
        fingerprint=_fingerprint(X, y, test, classes),
    )


def with_training_targets(clean: Dataset, name: str, y_train: NDArray[np.float64] | NDArray[np.int64]) -> Dataset:
    """The same rows and test set under another name, with targets `[N]` that training rows see in place of y."""
    _freeze(y_train)
    fingerprint = _fingerprint(clean.X, clean.y, clean.test, clean.classes, y_train)
    return replace(clean, name=name, y_train=y_train, fingerprint=fingerprint)


def _freeze(*arrays: Features | NDArray[np.int64]) -> None:
    # Loaded datasets are cached: one reader must not change another's rows.
    for array in arrays:
        array.setflags(write=False)


def _fingerprint(
    X: Features,
    y: NDArray[np.float64] | NDArray[np.int64],
    test: NDArray[np.int64],
    classes: tuple[str, ...],
    y_train: NDArray[np.float64] | NDArray[np.int64] | None = None,
) -> str:
    """16 hex digits that follow the rows, the test set and the names of the classes, on any machine."""
    digest = hashlib.sha256()
    for array in (X, y, test) if y_train is None else (X, y, test, y_train):
        little_endian = array.dtype.newbyteorder("<")
        digest.update(f"{little_endian.str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array, dtype=little_endian).tobytes())
    digest.update(repr(classes).encode())
    return digest.hexdigest()[:16]
