"""How well theory tells the measured ratios of gradients: in one number each, over many networks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from studies.depth_measured import Compared

ONE_ROW, MEAN_OVER_ROWS = "gradient at the pre-activations, each row", "gradient of the weights, mean over rows"
QUANTITIES: dict[str, tuple[Callable[[Compared], float], Callable[[Compared], float]]] = {
    ONE_ROW: (lambda one: float(np.median(one.deltas)), lambda one: one.theory.delta_rms[0]),
    MEAN_OVER_ROWS: (lambda one: float(np.median(one.weights)), lambda one: one.theory.gradient_ratio),
}
"""What is compared, first layer over last: the median over seeds, and what theory expects."""


@dataclass(frozen=True)
class Agreement:
    """Of n networks, told apart by activation, `init` and depth."""

    n: int
    decades: float
    """From the least to the largest ratio that was measured, log10."""
    correlation: float
    """Pearson's, of the logarithms."""
    median_factor: float
    """Of measured over expected or the other way round, whichever is at least 1; so are the next two."""
    high_factor: float
    """The 95 % quantile."""
    largest_factor: float
    largest: Compared


def agreement_of(compared: Sequence[Compared], quantity: str) -> Agreement:
    """Leaves out networks whose gradient float32 can't hold."""
    kept = [one for one in compared if not one.is_lost]
    measure, expect = QUANTITIES[quantity]
    measured, expected = (np.log10([read(one) for one in kept]) for read in (measure, expect))
    off = np.abs(measured - expected)
    return Agreement(
        n=len(kept),
        decades=float(np.ptp(measured)),
        correlation=float(np.corrcoef(measured, expected)[0, 1]),
        median_factor=float(10 ** np.median(off)),
        high_factor=float(10 ** np.quantile(off, 0.95)),
        largest_factor=float(10 ** off.max()),
        largest=kept[int(off.argmax())],
    )
