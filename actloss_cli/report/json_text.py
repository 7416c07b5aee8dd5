"""JSON that every parser takes: no NaN, no Infinity."""

import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd


def document(value: object) -> str:
    """Nested dicts and lists, indented; a number that is missing or not finite becomes null."""
    return json.dumps(_plain(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def lines(frame: pd.DataFrame) -> Iterator[str]:
    """A list of rows, one a line, piece by piece; numbers in full precision, null as in `document`."""
    columns = [_values(frame[name]) for name in frame.columns]
    names = list(map(str, frame.columns))
    yield "["
    for place, row in enumerate(zip(*columns, strict=True)):
        text = json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, allow_nan=False)
        yield f"{',' if place else ''}\n{text}"
    yield "\n]\n"


def _values(column: pd.Series) -> list[Any]:
    missing = column.isna().to_numpy()
    if pd.api.types.is_float_dtype(column.dtype):
        missing = missing | ~np.isfinite(column.to_numpy(np.float64, na_value=np.nan))
    return [None if absent else value for value, absent in zip(column.tolist(), missing, strict=True)]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if value is pd.NA:
        return None
    number = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(number, float) and not math.isfinite(number) else number
