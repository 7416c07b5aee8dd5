"""How a loss meets a task and an output: coded targets, number of units, and where one unit decides."""

import math
from collections.abc import Mapping
from types import MappingProxyType

import torch
from torch import Tensor

from actloss_cli.catalogue.interval import Interval
from actloss_cli.catalogue.spec import ActivationSpec, Coding, Kind, LossSpec, Target


def coded_as(targets: Mapping[Kind, Target]) -> Mapping[Kind, Coding]:
    """The codings of a loss with one unit for a regression or a binary task, and one per class for several classes."""
    return MappingProxyType({kind: Coding(target, per_class=kind == "multiclass") for kind, target in targets.items()})


def one_unit_per_class(target: Target) -> Mapping[Kind, Coding]:
    """The codings of a loss on classes with one unit per class, two for a binary task."""
    return MappingProxyType({"binary": Coding(target, per_class=True), "multiclass": Coding(target, per_class=True)})


def coding_for(loss: LossSpec, output: ActivationSpec, kind: Kind) -> Coding | None:
    """The target's coding, or None where the loss has none for this kind of task.

    A squared or absolute error on a binary task takes two units under an output that acts along the features,
    since a softmax over one unit is constant; every other loss keeps the units it declares.
    """
    coding = loss.codings.get(kind)
    if coding is not None and kind == "binary" and loss.units_follow_output and output.along_features:
        return Coding("one_hot", per_class=True)
    return coding


def count_units(coding: Coding, n_classes: int) -> int:
    """The number of output units C."""
    return n_classes if coding.per_class else 1


def code_targets(y: Tensor, coding: Coding, n_units: int, y_mean: float, y_scale: float, dtype: torch.dtype) -> Tensor:
    """Targets `[N]` in original units, or class indices, to what the loss takes: `[N, C]` floats, or `[N]` indices."""
    match coding.target:
        case "index":
            return y
        case "one_hot":
            return torch.nn.functional.one_hot(y, n_units).to(dtype)
        case "zero_one":
            return y[:, None].to(dtype)
        case "minus_plus":
            zero_one = torch.nn.functional.one_hot(y, n_units) if coding.per_class else y[:, None]
            return (2 * zero_one - 1).to(dtype)
        case "rate":
            return (y / y_scale)[:, None].to(dtype)
        case "standardised":
            return ((y - y_mean) / y_scale)[:, None].to(dtype)


def decision_threshold(loss: LossSpec, output_range: Interval) -> float:
    """Where one unit decides for the positive class: u above it. The loss has a binary coding with one unit.

    The target's codes (0/1, -1/+1, or minus/plus infinity for a logit), clipped to what the output can reach:
    their midpoint when both are finite, else 0. Sigmoid + hinge: 0.5; ReLU + bce_with_logits: 0.
    """
    codes = (-math.inf, math.inf) if loss.takes == "logit" else _codes(loss)
    low, high = (output_range.clip(code) for code in codes)
    return (low + high) / 2 if math.isfinite(low) and math.isfinite(high) else 0.0


def _codes(loss: LossSpec) -> tuple[float, float]:
    return (-1.0, 1.0) if loss.codings["binary"].target == "minus_plus" else (0.0, 1.0)
