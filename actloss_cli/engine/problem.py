"""A task as the engine trains it: coded targets and scaled tensors of one seed; units and threshold for all."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from actloss_cli import catalogue
from actloss_cli.catalogue.coding import coding_for, count_units, decision_threshold
from actloss_cli.catalogue.spec import ActivationSpec, Coding, Hyper, LossSpec
from actloss_cli.datasets import Dataset, split
from actloss_cli.plan.trial import Pairing, Phase, Task
from actloss_cli.seeding import derive_seed


@dataclass(frozen=True)
class Head:
    """What follows the last linear layer: output activation, loss, and how they read the target."""

    output: ActivationSpec
    output_hyper: Hyper
    loss: LossSpec
    loss_hyper: Hyper
    coding: Coding
    n_units: int
    threshold: float
    """For one unit on a binary task: above it, the positive class."""

    def activate(self, z: Tensor) -> Tensor:
        """Pre-activations to outputs, both `[.., C, ..]`."""
        return self.output.apply(z, **self.output_hyper)

    def losses(self, u: Tensor, target: Tensor) -> Tensor:
        """Outputs `[T, C, B]` and coded target to the loss per sample `[T, B]`."""
        return self.loss.per_sample(u, target, **self.loss_hyper)


def head_for(task: Task, pairing: Pairing, n_classes: int) -> Head:
    """The head of a valid pairing on this task."""
    loss, output = catalogue.loss(pairing.loss.name), catalogue.activation(pairing.output.name)
    coding = coding_for(loss, output, task.kind)
    assert coding is not None, "an invalid pairing is never trained"
    output_hyper = pairing.output.hyper(output.hyper)
    one_unit_decides = task.kind == "binary" and not coding.per_class
    return Head(
        output=output,
        output_hyper=output_hyper,
        loss=loss,
        loss_hyper=pairing.loss.hyper(loss.hyper),
        coding=coding,
        n_units=count_units(coding, n_classes),
        threshold=decision_threshold(loss, output.range_for(output_hyper)) if one_unit_decides else 0.0,
    )


@dataclass(frozen=True)
class Part:
    """Rows of one seed: training, validation or test. D features, N rows, C units."""

    X: Tensor
    """`[N, D]`, standardised on the training rows."""
    y: Tensor
    """`[N]` float64 in original units, or int64 class indices."""
    target: Tensor
    """Coded for the loss: `[N, C]` floats, or `[N]` indices."""


@dataclass(frozen=True)
class Problem:
    """One seed's view of a task."""

    train: Part
    validation: Part
    test: Part
    y_mean: float
    y_scale: float
    """Of the training targets of a regression; 0 and 1 for classes."""


@lru_cache(maxsize=64)
def problem_for(
    dataset: Dataset, phase: Phase, seed: int, coding: Coding, n_units: int, dtype: torch.dtype, device: torch.device
) -> Problem:
    """Splits, scales and codes the dataset for one seed."""
    rows = split(dataset, phase, seed)
    y_mean, y_scale = 0.0, 1.0
    if dataset.kind == "regression":
        y_mean, y_scale = float(rows.y_train.mean()), float(rows.y_train.std()) or 1.0

    def part(X: NDArray[np.float64], y: NDArray[np.float64] | NDArray[np.int64]) -> Part:
        labels = torch.from_numpy(y).to(device)
        return Part(
            torch.from_numpy(X).to(device, dtype), labels, code(labels, coding, n_units, y_mean, y_scale, dtype)
        )

    return Problem(
        train=part(rows.X_train, rows.y_train),
        validation=part(rows.X_validation, rows.y_validation),
        test=part(rows.X_test, rows.y_test),
        y_mean=y_mean,
        y_scale=y_scale,
    )


def code(y: Tensor, coding: Coding, n_units: int, y_mean: float, y_scale: float, dtype: torch.dtype) -> Tensor:
    """Targets `[N]` in original units to what the loss takes: `[N, C]` floats, or `[N]` class indices."""
    match coding.target:
        case "index":
            return y
        case "one_hot":
            return torch.nn.functional.one_hot(y, n_units).to(dtype)
        case "zero_one":
            return y[:, None].to(dtype)
        case "minus_plus":
            return (2 * y - 1)[:, None].to(dtype)
        case "standardised":
            return ((y - y_mean) / y_scale)[:, None].to(dtype)


def epoch_order(dataset: Dataset, phase: Phase, seed: int, epoch: int, n_train: int) -> Tensor:
    """The order `[N]` in which training rows are visited: by (dataset, seed, epoch), never by pairing."""
    generator = torch.Generator().manual_seed(derive_seed(dataset.fingerprint, phase, seed, "order", epoch))
    return torch.randperm(n_train, generator=generator)
