"""Initial weights from named random streams: a function of (seed, layer), never of the pairing."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

import torch
from torch import Tensor, nn

from actloss_cli.plan.shaped_models import RecurrentSpec, Shape
from actloss_cli.plan.trial import Phase, Trial
from actloss_cli.seeding import derive_seed

Generator = torch.Generator
Init: TypeAlias = Callable[[Tensor, Tensor, Generator], None]
"""Fills weight and bias."""


def _torch_default(weight: Tensor, bias: Tensor, generator: Generator) -> None:
    """nn.Linear's own: U(-1/sqrt(fan_in), 1/sqrt(fan_in)) for both, drawn weight first."""
    nn.init.kaiming_uniform_(weight, a=math.sqrt(5), generator=generator)
    bound = 1 / math.sqrt(weight[0].numel())
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
    nn.init.normal_(weight, std=1 / math.sqrt(weight[0].numel()), generator=generator)
    nn.init.zeros_(bias)


INITS: dict[str, Init] = {
    "torch": _torch_default,
    "kaiming": _kaiming,
    "xavier": _xavier,
    "lecun": _lecun,
}
"""Schemes by the name that a config uses."""


def _torch_cell(weight: Tensor, bias: Tensor, generator: Generator) -> None:
    """nn.RNN's own: U(-1/sqrt(H), 1/sqrt(H)) for all, drawn weight first."""
    bound = 1 / math.sqrt(len(weight))
    nn.init.uniform_(weight, -bound, bound, generator=generator)
    nn.init.uniform_(bias, -bound, bound, generator=generator)


_CELL_INITS = {**INITS, "torch": _torch_cell}
"""Of a recurrent cell, whose inputs and state come in side by side."""


def initial_layer(trial: Trial, layer: int, shape: Shape) -> tuple[Tensor, Tensor]:
    """Weight of that shape `[O, I, ..]` and bias `[O]` of the layer of that number, from 0; as `initial_weights`."""
    model = trial.task.model
    starts_as_cell = isinstance(model, RecurrentSpec) and layer == 0
    draw = _initial_cell if starts_as_cell else initial_weights
    return draw(model.init, trial.phase, trial.seed, layer, *shape)


@lru_cache(maxsize=4096)
def initial_weights(init: str, phase: Phase, seed: int, layer: int, *shape: int) -> tuple[Tensor, Tensor]:
    """Weight of that shape `[O, I, ..]` and bias `[O]` in float32 on the CPU; shared, so not to be written to."""
    return _drawn(INITS[init], phase, seed, layer, shape)


@lru_cache(maxsize=4096)
def _initial_cell(init: str, phase: Phase, seed: int, layer: int, *shape: int) -> tuple[Tensor, Tensor]:
    """The same of a recurrent cell."""
    return _drawn(_CELL_INITS[init], phase, seed, layer, shape)


def _drawn(draw: Init, phase: Phase, seed: int, layer: int, shape: Shape) -> tuple[Tensor, Tensor]:
    weight, bias = torch.empty(shape), torch.empty(shape[0])
    draw(weight, bias, torch.Generator().manual_seed(derive_seed(phase, seed, "weights", layer)))
    return weight, bias
