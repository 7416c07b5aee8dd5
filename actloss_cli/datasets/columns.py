"""Columns of a table to features: numbers as they are, text as one column of 0 and 1 per value; NaN where missing."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from actloss_cli.datasets.error import DatasetError, counted, quoted

MAX_LEVELS = 50
"""More distinct texts than this, or than half of the rows, are names or remarks rather than categories."""
MOSTLY = 0.9
"""Of a column's cells: where more are numbers than that, the others are slips rather than categories."""
MISSING = "(missing)"
"""The category of a missing cell of text."""


def encode(table: pd.DataFrame, origin: str) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """The features X `[N, D]` and their names, `colour=red` for a value of a column of text, sorted by value.

    True and false become 1 and 0; a missing number becomes NaN, a missing text a category of its own. Raises
    `DatasetError`, which begins with `origin`, for text that is no category.
    """
    named = [pair for label in table.columns for pair in _encode_column(table[label], origin)]
    X = np.column_stack([values for _, values in named])
    # There are many NaNs; one of them makes equal tables have equal bytes, and so the same fingerprint.
    X[np.isnan(X)] = np.nan
    return X, tuple(name for name, _ in named)


def text_example(column: "pd.Series[Any]") -> str:
    """A cell that kept this column from being read as numbers."""
    present = column.dropna()
    text = present[pd.to_numeric(present.astype(str), errors="coerce").isna()]
    return str((text if len(text) else present).iloc[0])


def _encode_column(column: "pd.Series[Any]", origin: str) -> Iterator[tuple[str, NDArray[np.float64]]]:
    numbers = _numbers(column)
    if numbers is not None:
        yield str(column.name), numbers
        return
    texts = column.astype(str).str.strip()
    present = column.notna().to_numpy(dtype=bool)
    levels = sorted(texts[present].unique())
    _check_categories(column, levels, origin)
    for level in levels:
        yield f"{column.name}={level}", (present & (texts == level)).to_numpy(dtype=np.float64)
    if not present.all():
        yield f"{column.name}={MISSING}", (~present).astype(np.float64)


def _numbers(column: "pd.Series[Any]") -> NDArray[np.float64] | None:
    """The column `[N]` as numbers; None for text. What is declared to be categories is text, digits or not."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return None
    if not pd.api.types.is_numeric_dtype(column):
        present = column.dropna()
        # Truth values beside missing cells, and whole numbers too long for a machine word, arrive as objects; those
        # too long for a float are infinite as text and an OverflowError as numbers.
        cells = present.map({True: 1, False: 0}) if _all_truth(present) else present.astype(str)
        parsed = pd.to_numeric(cells, errors="coerce")
        if parsed.isna().any():
            return None
        column = parsed.reindex(column.index)
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _all_truth(present: "pd.Series[Any]") -> bool:
    return bool(present.map(lambda cell: isinstance(cell, bool)).all())


def _check_categories(column: "pd.Series[Any]", levels: list[str], origin: str) -> None:
    shown = f"{origin}: {quoted(column.name)}"
    if levels and all(_has_decimal_comma(level) for level in levels):
        raise DatasetError(
            f"{shown} holds numbers with a decimal comma (such as {quoted(levels[0])})",
            "write them with a decimal point",
        )
    if (n_text := _stray_texts(column)) and MOSTLY * len(column) < len(column) - n_text:
        raise DatasetError(
            f"{shown} holds numbers, but text in {counted(n_text, 'cell')} (such as {quoted(text_example(column))})",
            "write them as numbers too, or leave those cells empty and say what becomes of missing ones",
        )
    if len(levels) > min(MAX_LEVELS, len(column) / 2):
        raise DatasetError(
            f"{shown} has {len(levels)} distinct texts (such as {quoted(text_example(column))}) in {len(column)} rows: "
            "it looks like an identifier or free text",
            f"take a table without that column, or merge its values to at most {MAX_LEVELS}",
        )


def _stray_texts(column: "pd.Series[Any]") -> int:
    """How many cells keep a column from being numbers; 0 for what is declared to be categories."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return 0
    present = column.dropna()
    return int(pd.to_numeric(present.astype(str), errors="coerce").isna().sum())


def _has_decimal_comma(text: str) -> bool:
    whole, comma, fraction = text.lstrip("+-").partition(",")
    return bool(comma) and whole.isdecimal() and fraction.isdecimal()
