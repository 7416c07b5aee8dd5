"""How far initial weights and biases spread under each `init` of a config; how they are drawn, the engine knows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class InitVariance:
    """Variances as functions of (n_in, n_out) of a layer; both have mean 0."""

    weight: Callable[[int, int], float]
    bias: Callable[[int, int], float] = lambda n_in, n_out: 0.0


INIT_VARIANCES: Mapping[str, InitVariance] = {
    # U(-a, a) has variance a² / 3; nn.Linear's own has a² = 1 / n_in for both
    "torch": InitVariance(lambda n_in, n_out: 1 / (3 * n_in), lambda n_in, n_out: 1 / (3 * n_in)),
    "kaiming": InitVariance(lambda n_in, n_out: 2 / n_in),
    "xavier": InitVariance(lambda n_in, n_out: 2 / (n_in + n_out)),
    "lecun": InitVariance(lambda n_in, n_out: 1 / n_in),
}
"""By the name that a config uses: PyTorch's own, He et al. (2015), Glorot & Bengio (2010), LeCun et al. (1998)."""
