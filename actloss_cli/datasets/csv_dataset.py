"""A user's CSV to a dataset: one column is the target, all others are features, and every cell is a sound number."""

import difflib
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from actloss_cli.catalogue.spec import Kind
from actloss_cli.datasets.assembly import QUARTER, classification, regression
from actloss_cli.datasets.csv_table import read_table, text_example
from actloss_cli.datasets.csv_target import read_classes, read_values
from actloss_cli.datasets.dataset import Dataset, DatasetRef
from actloss_cli.datasets.error import DatasetError, counted, listed, listed_with_rows, quoted

_MIN_ROWS = 40
_LARGEST = 1e100
"""Squares of larger numbers, summed over the rows, may overflow."""


def load_csv(ref: DatasetRef, kind: Kind) -> Dataset:
    """Reads `ref.csv`, a quarter of its rows as the test set; raises `DatasetError` for what can't be used as it is."""
    table = read_table(ref.csv)
    file = f"CSV {quoted(Path(ref.csv).name)}"
    _check_target_exists(table, ref.target, file)
    _check_cells(table, file)
    features = table.drop(columns=ref.target)
    X = _numbers(features, file)
    if kind == "regression":
        return regression(ref.name, X, read_values(table[ref.target], file), tuple(features.columns), QUARTER)
    y, classes = read_classes(table[ref.target], kind, file)
    return classification(ref.name, X, y, tuple(features.columns), classes, QUARTER)


def _check_target_exists(table: pd.DataFrame, target: str, file: str) -> None:
    if target not in table.columns:
        names = list(table.columns)
        near = difflib.get_close_matches(target, names, n=1)
        guess = f"did you mean {quoted(near[0])}? " if near else ""
        raise DatasetError(f"{file} has no column {quoted(target)}", f"{guess}its columns: {listed(names)}")
    if len(table.columns) == 1:
        raise DatasetError(f"{file} has no column besides the target", "give it at least one column of features")


def _check_cells(table: pd.DataFrame, file: str) -> None:
    if len(table) < _MIN_ROWS:
        raise DatasetError(f"{file} has {counted(len(table), 'row')}", f"at least {_MIN_ROWS} are needed")
    if missing := _rows_where(table.isna()):
        raise DatasetError(
            f"{file} has missing values in {listed_with_rows(missing)}",
            "fill them in, or remove those rows or columns (empty cells, NA, NaN, null and None count as missing)",
        )
    if too_large := _rows_where(table.select_dtypes("number").abs() > _LARGEST):
        raise DatasetError(
            f"{file} has values that are infinite or larger than {_LARGEST:g} in {listed_with_rows(too_large)}",
            "correct them, or remove those rows",
        )


def _rows_where(found: pd.DataFrame) -> list[tuple[object, int]]:
    """Each column that has true cells, with their number."""
    return [(name, int(n)) for name, n in found.sum().items() if n]


def _numbers(features: pd.DataFrame, file: str) -> NDArray[np.float64]:
    """The features `[N, D]`; true and false become 1 and 0."""
    text = features.select_dtypes(exclude=["number", "bool"])
    if len(text.columns):
        example = text_example(text.iloc[:, 0])
        raise DatasetError(
            f"{file} has features that are not numbers: {listed(text.columns)} (such as {quoted(example)})",
            "encode them as numbers (one column of 0 and 1 per value), or remove them",
        )
    return features.to_numpy(dtype=np.float64)
