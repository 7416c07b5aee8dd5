"""Reads a CSV file as a script does: numbers as they are, text as one column of 0 and 1 per value."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def read_values(path: str, delimiter: str, target: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Features X and values y of a CSV file."""
    table = pd.read_csv(path, sep=delimiter, skipinitialspace=True)
    return features(table.drop(columns=target)), table[target].to_numpy(dtype=np.float64)


def read_classes(path: str, delimiter: str, target: str) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Features X and class numbers y of a CSV file; classes are numbered in their order."""
    table = pd.read_csv(path, sep=delimiter, skipinitialspace=True)
    return features(table.drop(columns=target)), pd.factorize(table[target], sort=True)[0].astype(np.int64)


def features(table: pd.DataFrame) -> NDArray[np.float64]:
    """A column of numbers as it is, a column of text as one column of 0 and 1 per value."""
    return np.hstack([_columns(table[name]) for name in table.columns])


def _columns(column: "pd.Series[Any]") -> NDArray[np.float64]:
    encoded = column.to_frame() if pd.api.types.is_numeric_dtype(column) else pd.get_dummies(column)
    return encoded.to_numpy(dtype=np.float64)
