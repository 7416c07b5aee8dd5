"""The data's types: how a config names a dataset, what is known of it, its rows, its split for one seed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from actloss_cli.catalogue.spec import Kind

Features: TypeAlias = NDArray[np.float64] | NDArray[np.float32]
Missing: TypeAlias = Literal["error", "mean", "drop"]
"""What becomes of missing cells of a table: an error, the mean of the training rows, or rows are left out."""


@dataclass(frozen=True)
class DatasetRef:
    """A catalogue name, a CSV file (absolute path) or a dataset of OpenML (name or id); for these, how to read it."""

    name: str
    csv: str = ""
    target: str = ""
    """The column to predict; "" for the one that OpenML names."""
    openml: str = ""
    missing: Missing = "error"


@dataclass(frozen=True, eq=False)
class Dataset:
    """Rows with a fixed test set. N samples, D features. Equal only to itself: loading is cached.

    `y` holds floats for a regression and class indices (int64, 0..C-1) else; `classes` names them.
    `test` holds the row numbers of the test set, the same for every seed. A missing cell of X is NaN.
    """

    name: str
    kind: Kind
    X: Features
    y: NDArray[np.float64] | NDArray[np.int64]
    test: NDArray[np.int64]
    features: tuple[str, ...]
    classes: tuple[str, ...] = ()
    y_train: NDArray[np.float64] | NDArray[np.int64] | None = None
    """`[N]`, like `y`: what training rows see in its place, where their targets are corrupted."""
    shape: tuple[int, ...] = ()
    """How a row's D numbers lie, channels slowest: (channels, steps) of a sequence, (channels, height, width) of an
    image; () where they are the columns of a table, in no order that means anything."""
    fingerprint: str = ""


@dataclass(frozen=True, kw_only=True)
class DatasetCard:
    """What `actloss list datasets` says of a dataset, and how to make it."""

    name: str
    kind: Kind
    n_rows: int
    n_features: int
    n_classes: int = 0
    """0 for a regression."""
    kind_of_source: Literal["synthetic", "standard", "fetched"]
    """Generated, shipped by a package, or taken from the net once."""
    source: str
    licence: str
    summary: str
    needs: tuple[str, ...] = ()
    """Modules, beyond the tool's own dependencies, that loading imports."""
    load: Callable[[], Dataset]


@dataclass(frozen=True)
class Split:
    """One seed's view of a dataset; features standardised on its training rows alone.

    `X_*` are `[N, D]`, of the dataset's dtype, without NaN; `y_*` as in `Dataset`, in original units.
    """

    X_train: Features
    y_train: NDArray[np.float64] | NDArray[np.int64]
    X_validation: Features
    y_validation: NDArray[np.float64] | NDArray[np.int64]
    X_test: Features
    y_test: NDArray[np.float64] | NDArray[np.int64]
