"""The data's types: how a config names a dataset, what is known of it, its rows, its split for one seed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actloss_cli.catalogue.spec import Kind


@dataclass(frozen=True)
class DatasetRef:
    """A catalogue name, or a CSV file (absolute path) with the column to predict."""

    name: str
    csv: str = ""
    target: str = ""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Rows with a fixed test set. N samples, D features. Equal only to itself: loading is cached.

    `y` holds floats for a regression and class indices (int64, 0..C-1) else; `classes` names them.
    `test` holds the row numbers of the test set, the same for every seed.
    """

    name: str
    kind: Kind
    X: NDArray[np.float64]
    y: NDArray[np.float64] | NDArray[np.int64]
    test: NDArray[np.int64]
    features: tuple[str, ...]
    classes: tuple[str, ...] = ()
    fingerprint: str = ""


@dataclass(frozen=True)
class DatasetCard:
    """What `actloss list datasets` says of a dataset, and how to make it."""

    name: str
    kind: Kind
    n_rows: int
    n_features: int
    n_classes: int
    """0 for a regression."""
    kind_of_source: str
    """`synthetic` or `standard`."""
    source: str
    licence: str
    summary: str
    load: Callable[[], Dataset]


@dataclass(frozen=True)
class Split:
    """One seed's view of a dataset; features standardised on its training rows alone.

    `X_*` are `[N, D]` float64; `y_*` as in `Dataset`, in original units.
    """

    X_train: NDArray[np.float64]
    y_train: NDArray[np.float64] | NDArray[np.int64]
    X_validation: NDArray[np.float64]
    y_validation: NDArray[np.float64] | NDArray[np.int64]
    X_test: NDArray[np.float64]
    y_test: NDArray[np.float64] | NDArray[np.int64]
