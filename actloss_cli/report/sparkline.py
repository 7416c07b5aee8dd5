"""A curve in one line of text."""

import numpy as np
from numpy.typing import NDArray

_BLOCKS = "▁▂▃▄▅▆▇█"
_DIGITS = "0123456789"


def sparkline(curve: NDArray[np.float64], low: float, high: float, *, width: int, ascii_only: bool) -> str:
    """One character for each point of `[E]`, from `low` to `high`; `width` evenly picked ones of a longer curve."""
    marks = _DIGITS if ascii_only else _BLOCKS
    points = curve[np.linspace(0, len(curve) - 1, min(len(curve), width)).round().astype(int)]
    heights = (points - low) / (high - low) if high > low else np.zeros(len(points))
    return "".join(marks[int(height)] for height in np.clip(heights * len(marks), 0, len(marks) - 1))
