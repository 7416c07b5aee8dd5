"""Which of the inits that a config knows a model's weights were drawn by, from their spread."""

import math
from collections.abc import Iterable

from torch import Tensor

from actloss_cli.theory.init_variance import INIT_VARIANCES

_TOLERANCE = 0.2
"""Of a standard deviation."""
_LEAST, _MOST = 64, 100_000
"""Weights of a matrix: so many must there be, and so many tell enough."""


def init_of(weights: Iterable[Tensor]) -> str | None:
    """The name; None where no one fits all of the matrices, or none is large enough to tell."""
    ratios: dict[str, list[float]] = {name: [] for name in INIT_VARIANCES}
    for weight in weights:
        if weight.dim() != 2 or weight.numel() < _LEAST:
            continue
        n_out, n_in = weight.shape
        spread = float(weight.detach().flatten()[:_MOST].double().std())
        for name, variances in INIT_VARIANCES.items():
            ratios[name].append(spread / math.sqrt(variances.weight(n_in, n_out)))
    fitting = {
        name: sum(abs(ratio - 1) for ratio in found)
        for name, found in ratios.items()
        if found and all(abs(ratio - 1) < _TOLERANCE for ratio in found)
    }
    return min(fitting, key=lambda name: fitting[name]) if fitting else None
