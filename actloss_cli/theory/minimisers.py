"""Properness and calibration of an output under a loss: what the z that is best in expectation says of the classes.

For class probabilities p, z*(p) makes sum_k p_k L(k, z) least: p L(1, z) + (1 - p) L(0, z) for one unit. The pair is
proper where the probabilities that outputs imply are p itself at z*(p) (Reid & Williamson 2010, for composite losses),
and calibrated where the decision there is for the likeliest class (Bartlett, Jordan & McAuliffe 2006; for several
classes Tewari & Bartlett 2007).
"""

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.coding import code_targets, decision_threshold
from actloss_cli.catalogue.spec import Coding
from actloss_cli.theory.search import minimise
from actloss_cli.theory.surface import spread
from actloss_cli.threads import single_thread

RATES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.45, 0.55, 0.6, 0.7, 0.8, 0.9, 0.95)
"""Of the positive class."""
LEADING = ((0.9, 0.04), (0.6, 0.3), (0.45, 0.35), (0.4, 0.3))
"""Of several classes, the likeliest's probability and the next one's; the others share the rest evenly."""
CLOSE = ((1.5, 1.2),)
"""Likewise, as multiples of 1 / C: no class stands out."""
MOST_UNITS = 10
"""Of more classes, so many stand for all."""
TOLERANCE = 0.005
"""Of a probability; what the search leaves is a tenth of it."""
DECIDED = 1e-3
"""By how much an output must differ from another, or from its threshold, to decide."""


@dataclass(frozen=True)
class Aim:
    """Of an output and a loss on classes."""

    proper: bool
    """Whether training to the end gives the true class probabilities: within 0.005, for each p that is tried."""
    calibrated: bool
    """Whether it gives the best decision: for the likeliest class, for each p that is tried."""


@lru_cache(maxsize=1024)
@single_thread()
def aim_of(output: Choice, loss: Choice, coding: Coding, n_units: int) -> Aim:
    """Of a valid head whose loss doesn't fall without end; class weights are left out."""
    spec, out = catalogue.loss(loss.name), catalogue.activation(output.name)
    n_units = min(n_units, MOST_UNITS)
    p = _probabilities(n_units)  # (P, K)
    n_free = min(n_units, 3)

    def risk(z: Tensor) -> Tensor:
        """Of points `[P, S, d]`: `[P, S]`. Classes from the third on share pre-activation and probability."""
        u = out.apply(spread(z, n_units).reshape(-1, n_units), **output.hyper(out))
        losses = [
            spec.per_sample(u, code_targets(torch.full((len(u),), k), coding, n_units, 0.0, 1.0, u.dtype), **hyper)
            for k in range(max(n_free, 2))
        ]
        weights = torch.cat([p[:, :2], p[:, 2:].sum(1, keepdim=True)], 1)  # (P, 3)
        return sum(  # type: ignore[return-value]  # sum's start is 0
            weights[:, k, None] * per_point.reshape(z.shape[:2]) for k, per_point in enumerate(losses)
        )

    hyper = loss.hyper(spec)
    best = spread(minimise(risk, len(p), n_free), n_units)
    u = out.apply(best, **output.hyper(out))  # (P, C)
    if n_units == 1:
        threshold = decision_threshold(spec, out.range_for(output.hyper(out)))
        decides = torch.where(p[:, 1] > 0.5, u[:, 0] > threshold + DECIDED, u[:, 0] < threshold + DECIDED)
    else:
        decides = u[:, 0] > u[:, 1:].amax(1) + DECIDED
    implied = spec.implied(u[..., None]).p[..., 0] if spec.implied else torch.full_like(p, torch.nan)
    return Aim(bool(((implied - p).abs() < TOLERANCE).all()), bool(decides.all()))


def _probabilities(n_units: int) -> Tensor:
    """Of the classes `[P, K]`; of several the first is the likeliest."""
    if n_units == 1:
        rates = torch.tensor(RATES, dtype=torch.float64)
        return torch.stack([1 - rates, rates], 1)
    leading = [(a, 1 - a) for a in RATES if a > 0.5] if n_units == 2 else [*LEADING, *_scaled(n_units)]
    first = torch.tensor(leading, dtype=torch.float64)
    rest = (1 - first.sum(1, keepdim=True)) / max(n_units - 2, 1)
    return torch.cat([first, rest.expand(-1, n_units - 2)], 1)


def _scaled(n_units: int) -> list[tuple[float, float]]:
    return [(a / n_units, b / n_units) for a, b in CLOSE]
