"""Intervals of the real line with open or closed ends: ranges of functions, domains of losses."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Interval:
    """`low` to `high`; infinite ends count as open."""

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False

    def is_inside(self, other: "Interval") -> bool:
        """Whether every point of this interval lies in `other`."""
        low_fits = self.low > other.low or (self.low == other.low and (self._open_below or not other._open_below))
        high_fits = self.high < other.high or (self.high == other.high and (self._open_above or not other._open_above))
        return low_fits and high_fits

    def clip(self, value: float) -> float:
        """The nearest end, or the value itself when it lies between them."""
        return min(max(value, self.low), self.high)

    def holds(self, value: float) -> bool:
        """Whether the value is finite and lies in this interval."""
        return math.isfinite(value) and Interval(value, value).is_inside(self)

    @property
    def _open_below(self) -> bool:
        return self.low_open or math.isinf(self.low)

    @property
    def _open_above(self) -> bool:
        return self.high_open or math.isinf(self.high)

    def __str__(self) -> str:
        """In the notation of textbooks: `[0, inf)`."""
        return f"{'(' if self._open_below else '['}{self.low:g}, {self.high:g}{')' if self._open_above else ']'}"


REAL = Interval(-math.inf, math.inf)
UNIT = Interval(0.0, 1.0)
UNIT_HALF_OPEN = Interval(0.0, 1.0, high_open=True)
UNIT_OPEN = Interval(0.0, 1.0, low_open=True, high_open=True)
POSITIVE = Interval(0.0, math.inf, low_open=True)
NOT_NEGATIVE = Interval(0.0, math.inf)
NOT_POSITIVE = Interval(-math.inf, 0.0)
