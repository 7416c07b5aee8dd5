"""Curves on a terminal: a grid of characters, one mark per curve, that reads without colour and in ASCII."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BOTH = "*"
"""Where curves meet."""


def sketch(
    title: str, x: NDArray[np.float64], curves: Sequence[tuple[str, NDArray[np.float64]]], width: int, height: int
) -> list[str]:
    """Lines of at most `width` characters: the title, `height` rows of curves `[M]` over `x` `[M]`, the ends of x.

    A curve has one mark in each column, none where it is NaN; the ends of y stand at the left.
    """
    values = np.concatenate([y for _, y in curves])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
    labels = [_label(value, high - low) for value in (high, low)]
    margin = max(map(len, labels)) + 1
    columns = max(width - margin - 1, 8)
    rows = [[" "] * columns for _ in range(height)]
    places = np.linspace(0, len(x) - 1, columns).round().astype(int)
    for mark, y in curves:
        for column, value in enumerate(y[places]):
            if np.isfinite(value):
                row = round((high - value) / (high - low) * (height - 1)) if high > low else height - 1
                rows[row][column] = mark if rows[row][column] in (" ", mark) else BOTH
    ends = {0: labels[0], height - 1: labels[1]}
    lines = [f"{ends.get(i, ''):>{margin - 1}} |{''.join(row)}".rstrip() for i, row in enumerate(rows)]
    left, right = f"{x[0]:g}", f"{x[-1]:g}"
    return [title, *lines, " " * (margin + 1) + left + right.rjust(columns - len(left))]


def side_by_side(left: Sequence[str], right: Sequence[str], width: int) -> list[str]:
    """Two sketches of as many lines, the left one padded to `width`."""
    return [f"{one:<{width}}{other}".rstrip() for one, other in zip(left, right, strict=True)]


def _label(value: float, span: float) -> str:
    """Two digits; 0 for what the sketch can't tell from it."""
    short = f"{0.0 if abs(value) < span / 1000 else value:.2g}"
    return short.replace("e+0", "e").replace("e-0", "e-")
