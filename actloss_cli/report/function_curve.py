"""A declared activation or loss to numbers that a plot can draw: values and derivative, cut where either jumps."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from actloss_cli.catalogue.spec import ActivationSpec, Coding, LossSpec, Target

Floats: TypeAlias = NDArray[np.float64]

SPAN = (-4.0, 4.0)
_LOSS_SPANS = {"probability": (0.0, 1.0), "probabilities": (0.0, 1.0), "log-probabilities": (-4.0, 0.0)}
_TRUE: dict[Target, float] = {"standardised": 0.0, "rate": 1.0, "zero_one": 1.0, "minus_plus": 1.0}
"""The target on one unit: the mean of a regression's, the positive one of two classes."""

_N_STEPS = 160
_N_HALVINGS = 30
_JUMP = 1e-3
"""What is left of a change after the halvings: of a smooth function's next to nothing, of a jump all."""
_DECIMALS = 6
"""Finer than a plot shows, coarser than what differs from one machine to the next."""


@dataclass(frozen=True)
class FunctionCurve:
    """Points `[P]` from left to right, with a NaN between the two sides of a jump or a corner."""

    x: Floats
    value: Floats
    derivative: Floats


def activation_curve(spec: ActivationSpec) -> FunctionCurve:
    """The function at its defaults, as in evaluation, learnable parameters at their initial values.

    Along the features: the first of two, x against 0.
    """
    learnable = {
        name: torch.tensor(start, dtype=torch.float64) for name, start in spec.learnable_for(spec.hyper).items()
    }
    noise = {"noise": None} if spec.stochastic else {}

    def of(x: Tensor) -> Tensor:
        features = torch.stack([x, torch.zeros_like(x)]) if spec.along_features else x[None]  # [H, P]
        return spec.apply(features[None], **spec.hyper, **learnable, **noise)[0, 0]

    return _curve(of, *SPAN)


def loss_curve(spec: LossSpec) -> FunctionCurve:
    """The loss of one sample at its defaults, on the first kind of task that it serves, by the output u.

    One unit: regression against the mean, binary of the positive class. A unit per class: two, the true class's u
    against 1 - u where they are probabilities, against 0 otherwise.
    """
    coding = next(iter(spec.codings.values()))

    def of(u: Tensor) -> Tensor:
        rest = 1 - u if spec.takes == "probabilities" else torch.zeros_like(u)
        units = torch.stack([u, rest]) if coding.per_class else u[None]  # [C, P]
        return spec.per_sample(units[None], _target(coding, units)[None], **spec.hyper)[0]

    return _curve(of, *_LOSS_SPANS.get(spec.takes, SPAN))


def _target(coding: Coding, units: Tensor) -> Tensor:
    """For units `[C, P]`, of which the first is the true class's."""
    if coding.target == "index":
        return torch.zeros(units.shape[1], dtype=torch.int64)
    if coding.per_class:
        return torch.zeros_like(units).index_fill(0, torch.tensor(0), 1.0)
    return torch.full_like(units, _TRUE[coding.target])


def _curve(of: Callable[[Tensor], Tensor], low: float, high: float) -> FunctionCurve:
    x = np.linspace(low, high, _N_STEPS + 1)
    y = _evaluate(of, x)
    left, right = x[:-1], x[1:]
    at_left, at_right = y[:, :-1], y[:, 1:]
    for _ in range(_N_HALVINGS):
        middle = (left + right) / 2
        at_middle = _evaluate(of, middle)
        is_left = _change(at_left, at_middle) > _change(at_middle, at_right)
        left, right = np.where(is_left, left, middle), np.where(is_left, middle, right)
        at_left, at_right = np.where(is_left, at_left, at_middle), np.where(is_left, at_middle, at_right)
    (jumps,) = np.nonzero(_change(at_left, at_right) > _JUMP)
    gap = np.full(len(jumps), np.nan)
    sides = np.stack([left[jumps], gap, right[jumps]], axis=1).ravel()
    at_sides = np.stack([at_left[:, jumps], np.stack([gap, gap]), at_right[:, jumps]], axis=2).reshape(2, -1)
    places = np.repeat(jumps + 1, 3)
    value, derivative = np.insert(y, places, at_sides, axis=1).round(_DECIMALS)
    return FunctionCurve(np.insert(x, places, sides).round(_DECIMALS), value, derivative)


def _evaluate(of: Callable[[Tensor], Tensor], x: Floats) -> Floats:
    """Values and derivatives `[2, P]`, these as PyTorch's backward has them; NaN where infinite."""
    at = torch.from_numpy(x).requires_grad_()
    value = of(at)
    (derivative,) = torch.autograd.grad(value.sum(), at)
    y = torch.stack([value.detach(), derivative]).numpy()
    return np.where(np.isfinite(y), y, np.nan)


def _change(one: Floats, other: Floats) -> Floats:
    changes: Floats = np.abs(other - one).sum(axis=0)
    return changes
