"""The target column of a table from outside, checked against the kind: values for a regression, else classes."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from actloss_cli.catalogue.spec import Kind
from actloss_cli.datasets.columns import text_example
from actloss_cli.datasets.error import DatasetError, listed, listed_with_rows, quoted

_MIN_CLASS_ROWS = 8
"""Fewer can't be shared out among training, validation and test rows."""
_MAX_FRACTIONS = 50
"""More distinct values than this, not all of them whole, are measured rather than classes."""


def read_values(column: "pd.Series[Any]", origin: str) -> NDArray[np.float64]:
    """A regression's y `[N]`; raises `DatasetError`, which begins with `origin`, for text and for a constant."""
    if not _is_number(column):
        fitting = "binary" if column.nunique() == 2 else "multiclass"
        raise DatasetError(
            f"{origin}: target {quoted(column.name)} is text (such as {quoted(text_example(column))}), not numbers",
            f"write kind: {fitting}, or take a column of numbers as the target",
        )
    _check_varies(column, origin)
    return column.to_numpy(dtype=np.float64)


def read_classes(column: "pd.Series[Any]", kind: Kind, origin: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """A classification's y `[N]`, class indices, and the classes' names in ascending order (of numbers: by value).

    Raises `DatasetError`, which begins with `origin`, where the target looks measured, where the number of classes
    doesn't fit the kind, and where a class is too rare.
    """
    labels = column if pd.api.types.is_numeric_dtype(column) else column.astype(str).str.strip()
    _check_varies(labels, origin)
    y, levels = pd.factorize(labels, sort=True)
    target = f"{origin}: target {quoted(column.name)}"
    if _looks_measured(column):
        raise DatasetError(
            f"{target} has {len(levels)} distinct numbers in {len(y)} rows: values, not classes",
            "write kind: regression",
        )
    classes = tuple(_class_name(level) for level in levels)
    if kind == "binary" and len(classes) > 2:
        raise DatasetError(f"{target} has {len(classes)} classes: {listed(classes)}", "write kind: multiclass")
    if kind == "multiclass" and len(classes) == 2:
        raise DatasetError(f"{target} has only two classes: {listed(classes)}", "write kind: binary")
    rare = [(name, int(n)) for name, n in zip(classes, np.bincount(y), strict=True) if n < _MIN_CLASS_ROWS]
    if rare:
        raise DatasetError(
            f"{target} has classes of fewer than {_MIN_CLASS_ROWS} rows: {listed_with_rows(rare)}",
            "merge rare classes, or remove their rows: training, validation and test need some of each",
        )
    return y.astype(np.int64), classes


def _is_number(column: "pd.Series[Any]") -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _check_varies(column: "pd.Series[Any]", origin: str) -> None:
    if column.nunique() == 1:
        raise DatasetError(
            f"{origin}: target {quoted(column.name)} is constant (always {quoted(column.iloc[0])})",
            "take a column that varies as the target",
        )


def _looks_measured(column: "pd.Series[Any]") -> bool:
    if not _is_number(column):
        return False
    n_distinct = column.nunique()
    whole = bool((column % 1 == 0).all())
    return n_distinct > len(column) / 2 or (not whole and n_distinct > _MAX_FRACTIONS)


def _class_name(level: Any) -> str:
    """The label as text; whole numbers without the `.0` that a column of floats gives them."""
    return str(int(level)) if isinstance(level, float) and level.is_integer() else str(level)
