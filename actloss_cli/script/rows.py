"""How a script gets its data: the call that makes them, with its source, or arrays saved beside the script."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sklearn.datasets
from numpy.typing import NDArray

from actloss_cli.datasets import Dataset, DatasetRef, find_card
from actloss_cli.datasets.assembly import HALF, QUARTER
from actloss_cli.datasets.rows import hold_out, stream
from actloss_cli.script import csv_rows
from actloss_cli.script.literals import literal
from actloss_cli.script.sources import NotStandAlone, Sources

_DELIMITERS = (",", ";", "\t", "|")
_TOOLS_OF_LOADERS = frozenset(f"actloss_cli.datasets.{name}" for name in ("assembly", "error", "cache", "fetching"))
"""They load into actloss, or over a network: a loader that can't do without them has no place in a script."""


@dataclass(frozen=True)
class Rows:
    """Where a script's X `[N, D]` and y `[N]` come from."""

    call: str
    """An expression that gives both; "" where they are in `arrays`."""
    test_share: float
    """Of the rows drawn for testing; 0 where `arrays` has their numbers."""
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    """To be saved: X, y and, where it applies, the row numbers `test` and the targets that training sees, `y_train`."""


def rows_for(ref: DatasetRef, dataset: Dataset, sources: Sources) -> Rows:
    """The shortest way to exactly these rows; what a call needs is added to the sources."""
    share = _test_share(dataset)
    if share and dataset.y_train is None:
        call = _csv_call(ref, dataset, sources) if ref.csv else _loader_call(ref, dataset, sources)
        if call:
            return Rows(call, share)
    arrays: dict[str, NDArray[Any]] = {"X": dataset.X, "y": dataset.y}
    if not share:
        arrays["test"] = dataset.test
    if dataset.y_train is not None:
        arrays["y_train"] = dataset.y_train
    return Rows("", share, arrays)


def _test_share(dataset: Dataset) -> float:
    """The share that makes this test set when it is drawn as ours are; 0 where none does."""
    rows, classes = np.arange(len(dataset.y)), dataset.y.astype(np.int64) if dataset.classes else None
    for share in (HALF, QUARTER):
        # A corrupted dataset has the test set of the clean one, whose name is not its own.
        if np.array_equal(hold_out(rows, share, stream(dataset.name, "test"), classes)[1], dataset.test):
            return share
    return 0.0


def _loader_call(ref: DatasetRef, dataset: Dataset, sources: Sources) -> str:
    """Scikit-learn's own loader where it gives these very rows, else the source of ours; "" if that needs a network."""
    name = f"load_{ref.name}"
    if hasattr(sklearn.datasets, name):
        X, y = getattr(sklearn.datasets, name)(return_X_y=True)
        if _are_same(X, y, dataset):
            sources.imports[name] = f"from sklearn.datasets import {name}"
            return f"{name}(return_X_y=True)"
    if ref.openml:
        return ""
    own = Sources(_bare_return, _TOOLS_OF_LOADERS)
    try:
        called = own.add(find_card(ref.name).load)
    except NotStandAlone:
        return ""
    sources.include(own)
    return f"{called}()"


def _bare_return(statement: ast.Return, text: Callable[[ast.AST], str]) -> str | None:
    """What a loader returns as a dataset, as X and y."""
    match statement.value:
        case ast.Call(func=ast.Name(id="classification" | "regression"), args=[_, X, y, *_]):
            return f"return {text(X)}, {text(y)}"
        case _:
            return None


def _csv_call(ref: DatasetRef, dataset: Dataset, sources: Sources) -> str:
    """A plain reading of the file where it gives these very rows; else ""."""
    read = csv_rows.read_classes if dataset.classes else csv_rows.read_values
    for delimiter in _DELIMITERS:
        try:
            X, y = read(ref.csv, delimiter, ref.target)
        except (KeyError, ValueError, TypeError):
            continue  # another delimiter, or a file that takes more than a plain reading
        if _are_same(X, y, dataset):
            name = sources.add(read)
            return f"{name}({literal(ref.csv)}, {literal(delimiter)}, {literal(ref.target)})"
    return ""


def _are_same(X: NDArray[Any], y: NDArray[Any], dataset: Dataset) -> bool:
    return (
        X.dtype == dataset.X.dtype
        and np.array_equal(X, dataset.X)
        and np.array_equal(y, dataset.y)
        and np.issubdtype(y.dtype, np.integer) == np.issubdtype(dataset.y.dtype, np.integer)
    )
