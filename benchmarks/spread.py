"""What repetitions come to: the median and the quartiles, and how a page writes them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Spread:
    """Median and quartiles of repeated measurements; of one, it three times."""

    median: float
    low: float
    high: float
    n: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Of at least one value; quartiles interpolate linearly."""
        low, median, high = np.quantile(values, (0.25, 0.5, 0.75))
        return cls(float(median), float(low), float(high), len(values))

    def text(self, unit: str = "") -> str:
        """Median and, of several, quartiles."""
        median = short(self.median) + unit
        return median if self.n == 1 else f"{median} ({short(self.low)}-{short(self.high)})"


def ratios(upper: Sequence[float], lower: Sequence[float]) -> Spread:
    """Of quotients taken within each repetition, so that a machine whose speed drifts is fair to both."""
    return Spread.of([a / b for a, b in zip(upper, lower, strict=True)])


def short(value: float) -> str:
    """A number with three digits, or all of those before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
