"""Whether an optimizer's steps shrink with the gradient, so that layers whose gradient fades hardly learn."""

from collections.abc import Callable
from functools import lru_cache

import torch
from torch import Tensor

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.spec import Hyper, OptimizerSpec
from actloss_cli.threads import single_thread

FADED = 1e-2
"""The factor on the gradient that is tried."""
N_STEPS = 100
"""So many that RAdam's first ones, which are those of SGD, count for little."""
LR = 1e-2
SIZE = 4
"""Rows and columns of the matrix that is optimized."""


@lru_cache(maxsize=256)
@single_thread()
def step_scale(optimizer: Choice) -> float:
    """How far it goes on 0.01 f, as a share of how far on f = |w|² / 2: about 0.01 for SGD, about 1 for Adam.

    NaN for one that goes nowhere, or beyond all numbers.
    """
    return float(_distance(optimizer, FADED) / _distance(optimizer, 1.0))


def _distance(optimizer: Choice, factor: float) -> Tensor:
    spec = catalogue.optimizer(optimizer.name)
    hyper = optimizer.hyper(spec)
    start = torch.linspace(0.5, 1.5, SIZE**2, dtype=torch.float64)
    weight = start.clone()
    if spec.update is None:
        step = _torch_stepper(spec, hyper, weight.view(SIZE, SIZE), factor)
    else:
        step = _stepper(spec.update, spec, hyper, weight if spec.elementwise else weight.view(1, SIZE, SIZE), factor)
    for n in range(1, N_STEPS + 1):
        step(n)
    distance: Tensor = (weight - start).norm()
    return distance


def _stepper(
    update: Callable[..., None], spec: OptimizerSpec, hyper: Hyper, weight: Tensor, factor: float
) -> Callable[[int], object]:
    """Changes the weight by the declared update; torch's own classes take a second to import what they need."""
    state = {name: torch.zeros_like(weight) for name in spec.state_names(hyper)}
    lr = torch.full_like(weight, LR)

    return lambda n: update(weight, factor * weight, state, n, lr, hyper)


def _torch_stepper(spec: OptimizerSpec, hyper: Hyper, start: Tensor, factor: float) -> Callable[[int], object]:
    """The same by torch's class."""
    weight = torch.nn.Parameter(start)
    optimizer = spec.torch_class([("weight", weight)], lr=LR, **hyper, **spec.torch_kwargs)

    def closure() -> float:
        weight.grad = factor * weight.detach()
        return factor * float(weight.detach().square().sum()) / 2

    return lambda _: optimizer.step(closure)
