"""Every number that a cause hangs on, in one place; set on small grids of moons, digits and friedman1."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class CauseThresholds:
    """Shares are of units, rows or predictions, unless said otherwise."""

    undefined: float = 0.05
    """Of predictions that are none that the loss takes."""
    threshold_share: float = 0.5
    """Of what the pairing lacks: as much must a tuned threshold win back."""
    constant: float = 1e-3
    """Standard deviation of an output below which it is constant."""
    most: float = 0.95
    dead: float = 0.5
    """Of a layer's units."""
    saturated: float = 0.5
    """Of a layer's units."""
    vanishing: float = 0.01
    """First over last layer's gradient."""
    small_update: float = 3e-4
    """A step over the weights' size; about 1e-3 is usual."""
    large_update: float = 0.03
