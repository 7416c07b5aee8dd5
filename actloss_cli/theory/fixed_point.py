"""Where the variance of pre-activations settles in a deep network, and what becomes of gradients there."""

from dataclasses import dataclass
from functools import lru_cache

from actloss_cli.catalogue import Choice
from actloss_cli.theory.gaussian import moments
from actloss_cli.theory.init_variance import INIT_VARIANCES

MOST_LAYERS = 300
SETTLED = 1e-9
VANISHED, GROWN = 1e-6, 1e9


@dataclass(frozen=True)
class FixedPoint:
    """Of layers of one great width, where biases count for nothing."""

    variance: float
    """q = s² E f(z)² for z ~ N(0, q), s² the variance of a weight times the width."""
    mean: float
    """E f(z)"""
    growth: float
    """chi = s² E f'(z)²: by this the mean square of gradients grows from each layer to the one below. Under 1 they fade
    and rows become alike, over 1 they grow and rows part (Poole et al., 2016; Schoenholz et al., 2017)."""


@lru_cache(maxsize=1024)
def fixed_point(activation: Choice, init: str, input_rms: float = 1.0, width: int = 256) -> FixedPoint | None:
    """The one that inputs of this rms lead to; None where the variance grows on, fades to 0 or settles too slowly.

    `width` counts for functions along the features alone. ReLU under kaiming keeps any variance: that of its inputs.
    """
    gain = INIT_VARIANCES[init].weight(width, width) * width
    q = gain * input_rms**2
    for _ in range(MOST_LAYERS):
        found = moments(activation, q, width)
        before, q = q, gain * found.ms
        if not VANISHED < q < GROWN:
            return None
        if abs(q - before) <= SETTLED * q:
            return FixedPoint(variance=q, mean=found.mean, growth=gain * found.slope_ms)
    return None
