"""Which kind of task a target column makes, and by what sign: told to the user, who may know better."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from actloss_cli.catalogue.spec import Kind

_MOST_NUMBERED = 20
"""Classes that are numbered; more distinct whole numbers are quantities."""
_LEAST_ROWS = 8
"""Of a class: what loading asks for."""


@dataclass(frozen=True)
class KindFound:
    """A kind, and the sign that decided."""

    kind: Kind
    reason: str


def find_kind(target: "pd.Series[Any]") -> KindFound:
    """Of a column with at least two distinct values; missing cells are left out.

    Two values make two classes, and text makes classes. Whole numbers are classes where they are numbered without a
    gap from 0 or 1, are few, and each has rows enough; other numbers are quantities.
    """
    present = target.dropna()
    n_distinct = int(present.nunique())
    if n_distinct == 2:
        first, second = sorted(map(str, present.unique()))
        return KindFound("binary", f"the target has two values, {_cut(first)} and {_cut(second)}")
    if not pd.api.types.is_numeric_dtype(present):
        return KindFound("multiclass", f"the target is text, of {n_distinct} values")
    if _are_numbered(present, n_distinct):
        low, high = int(present.min()), int(present.max())
        return KindFound("multiclass", f"the target holds the whole numbers {low} to {high} alone, as numbered classes")
    return KindFound("regression", f"the target holds numbers, {n_distinct:,} distinct ones")


def _are_numbered(target: "pd.Series[Any]", n_distinct: int) -> bool:
    values, counts = np.unique(target.to_numpy(np.float64), return_counts=True)
    return bool(
        n_distinct <= _MOST_NUMBERED
        and values[0] in (0, 1)
        and (np.diff(values) == 1).all()
        and counts.min() >= _LEAST_ROWS
    )


def _cut(text: str) -> str:
    return repr(text if len(text) <= 20 else f"{text[:17]}...")
