"""A table from outside to a dataset: one column is the target, all others are features, and every cell is sound."""

import difflib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from actloss_cli.catalogue.spec import Kind
from actloss_cli.datasets.assembly import QUARTER, classification, regression
from actloss_cli.datasets.columns import encode
from actloss_cli.datasets.dataset import Dataset, Missing
from actloss_cli.datasets.error import DatasetError, counted, listed, listed_with_rows, quoted
from actloss_cli.datasets.target import read_classes, read_values

_MIN_ROWS = 40
_LARGEST = 1e100
"""Squares of larger numbers, summed over the rows, may overflow."""


@dataclass(frozen=True)
class Table:
    """A table with the column to predict, and how to speak of it."""

    cells: pd.DataFrame
    target: str
    origin: str
    """What messages begin with: `CSV 'data.csv'`."""
    as_written: str
    """How a config names it, inside the braces: `csv: PATH, target: COLUMN`."""
    missing_cells: str
    """Those that count as missing."""


def tabular_dataset(name: str, table: Table, kind: Kind, missing: Missing) -> Dataset:
    """The dataset of that name, a quarter of its rows as the test set; raises `DatasetError` for what can't be used.

    With `missing` "drop" rows with a missing cell are left out; with "mean" a missing number stays NaN and a missing
    text is a category.
    """
    target_column(table)
    cells = table.cells.dropna().reset_index(drop=True) if missing == "drop" else table.cells
    _check_rows(len(cells), table)
    _check_missing(cells, table, missing)
    features, target = cells.drop(columns=table.target), cells[table.target]
    X, names = encode(features, table.origin)
    _check_numbers(X, names, target, table.origin)
    if kind == "regression":
        return regression(name, X, read_values(target, table.origin), names, QUARTER)
    y, classes = read_classes(target, kind, table.origin)
    return classification(name, X, y, names, classes, QUARTER)


def target_column(table: Table) -> "pd.Series[Any]":
    """The column to predict, as it is; raises `DatasetError` where it isn't there, or is all there is."""
    names = list(table.cells.columns)
    if table.target not in names:
        near = difflib.get_close_matches(table.target, names, n=1)
        guess = f"did you mean {quoted(near[0])}? " if near else ""
        raise DatasetError(
            f"{table.origin} has no column {quoted(table.target)}", f"{guess}its columns: {listed(names)}"
        )
    if len(names) == 1:
        raise DatasetError(
            f"{table.origin} has no column besides the target", "give it at least one column of features"
        )
    return table.cells[table.target]


def _check_rows(n_rows: int, table: Table) -> None:
    if n_rows < _MIN_ROWS:
        dropped = len(table.cells) - n_rows
        beside = f" without missing values, beside {dropped} with some" if dropped else ""
        raise DatasetError(f"{table.origin} has {counted(n_rows, 'row')}{beside}", f"at least {_MIN_ROWS} are needed")


def _check_missing(cells: pd.DataFrame, table: Table, missing: Missing) -> None:
    found = _rows_where((cells[[table.target]] if missing == "mean" else cells).isna())
    if not found:
        return
    hint = (
        f"fill them in, or write {{{table.as_written}, missing: mean}}, or 'missing: drop' to leave those rows out "
        f"({table.missing_cells} count as missing)"
    )
    if missing == "mean":
        hint = "a target can't be filled in: write 'missing: drop' to leave those rows out"
    raise DatasetError(f"{table.origin} has missing values in {listed_with_rows(found)}", hint)


def _rows_where(found: pd.DataFrame) -> list[tuple[object, int]]:
    """Each column that has true cells, with their number."""
    return [(name, int(n)) for name, n in found.sum().items() if n]


def _check_numbers(X: NDArray[np.float64], names: tuple[str, ...], target: "pd.Series[Any]", origin: str) -> None:
    n_missing = np.isnan(X).sum(axis=0)
    # Validation and test take less than half of the rows: within this bound a column has a mean in any training part.
    if sparse := [(name, int(n)) for name, n in zip(names, n_missing, strict=True) if 2 * n > len(X)]:
        raise DatasetError(
            f"{origin} has columns of numbers that are missing in more than half of the rows: "
            f"{listed_with_rows(sparse)}",
            "take a table without them, or fill them in: their mean says too little",
        )
    numbers = list(zip(names, X.T, strict=True))
    if pd.api.types.is_numeric_dtype(target):
        numbers.append((str(target.name), target.to_numpy(dtype=np.float64)))
    n_too_large = [(name, int((np.abs(values) > _LARGEST).sum())) for name, values in numbers]
    if too_large := [(name, n) for name, n in n_too_large if n]:
        raise DatasetError(
            f"{origin} has values that are infinite or larger than {_LARGEST:g} in {listed_with_rows(too_large)}",
            "correct them, or remove those rows",
        )
