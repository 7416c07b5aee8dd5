"""Initial weights from named random streams: a function of (seed, layer), never of the pairing."""

import math
from collections.abc import Callable
from functools import lru_cache

import torch
from torch import Tensor, nn

from actloss_cli.plan.trial import Phase
from actloss_cli.seeding import derive_seed

Generator = torch.Generator


def _torch_default(weight: Tensor, bias: Tensor, generator: Generator) -> None:
    """nn.Linear's own: U(-1/sqrt(fan_in), 1/sqrt(fan_in)) for both, drawn weight first."""
    nn.init.kaiming_uniform_(weight, a=math.sqrt(5), generator=generator)
    bound = 1 / math.sqrt(weight.shape[1])
    nn.init.uniform_(bias, -bound, bound, generator=generator)


def _kaiming(weight: Tensor, bias: Tensor, generator: Generator) -> None:
    """N(0, 2/fan_in), He et al. (2015); bias 0."""
    nn.init.kaiming_normal_(weight, nonlinearity="relu", generator=generator)
    nn.init.zeros_(bias)


def _xavier(weight: Tensor, bias: Tensor, generator: Generator) -> None:
    """U(+-sqrt(6/(fan_in + fan_out))), Glorot & Bengio (2010); bias 0."""
    nn.init.xavier_uniform_(weight, generator=generator)
    nn.init.zeros_(bias)


def _lecun(weight: Tensor, bias: Tensor, generator: Generator) -> None:
    """N(0, 1/fan_in), LeCun et al. (1998); bias 0."""
    nn.init.normal_(weight, std=1 / math.sqrt(weight.shape[1]), generator=generator)
    nn.init.zeros_(bias)


INITS: dict[str, Callable[[Tensor, Tensor, Generator], None]] = {
    "torch": _torch_default,
    "kaiming": _kaiming,
    "xavier": _xavier,
    "lecun": _lecun,
}
"""Schemes by the name that a config uses."""


@lru_cache(maxsize=4096)
def initial_weights(init: str, phase: Phase, seed: int, layer: int, n_out: int, n_in: int) -> tuple[Tensor, Tensor]:
    """Weight `[O, I]` and bias `[O]` in float32 on the CPU; shared, so not to be written to."""
    weight, bias = torch.empty(n_out, n_in), torch.empty(n_out)
    generator = torch.Generator().manual_seed(derive_seed(phase, seed, "weights", layer))
    INITS[init](weight, bias, generator)
    return weight, bias
