"""What follows the last linear layer: output activation and loss, and the gradient that they send back."""

from dataclasses import dataclass
from functools import cached_property
from typing import cast

import torch
from torch import Tensor

from actloss_cli import catalogue
from actloss_cli.catalogue.coding import coding_for, count_units, decision_threshold
from actloss_cli.catalogue.spec import ActivationSpec, Coding, Hyper, InPlaceKernel, LossSpec
from actloss_cli.native import losses
from actloss_cli.plan.trial import Pairing, Task


@dataclass(frozen=True)
class Head:
    """An output and a loss on one kind of task, and how they read the target."""

    output: ActivationSpec
    output_hyper: Hyper
    loss: LossSpec
    loss_hyper: Hyper
    coding: Coding
    n_units: int
    threshold: float
    """For one unit on a binary task: above it, the positive class."""
    balanced: bool
    """Whether the loss weighs classes so that all count the same."""

    def activate(self, z: Tensor) -> Tensor:
        """Pre-activations to outputs, both `[.., C, ..]`."""
        return self.output.apply(z, **self.output_hyper)

    def activate_(self, z: Tensor) -> Tensor:
        """The same in place."""
        if self.output.kernel is None:
            return z.copy_(self.activate(z))
        self.output.kernel.forward(z, z, self.output_hyper)
        return z

    def predict(self, u: Tensor) -> Tensor:
        """A regression's outputs to predictions of the coded target, both `[.., 1, ..]`."""
        return u if self.loss.link is None else self.loss.link(u)

    def mean_losses(self, u: Tensor, target: Tensor, weights: Tensor) -> Tensor:
        """Outputs `[T, C, B]`, coded target and weights `[1, B]` or `[T, B]` to each trial's mean loss `[T]`."""
        if self.loss.native is not None:
            means = losses.means(self.loss.native, u, target, weights, *self._numbers)
            if means is not None:
                return means
        return (self._losses(u, target) * weights).sum(1)

    def loss_and_gradient(self, z: Tensor, target: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
        """Each trial's mean loss `[T]`, and the gradient `[T, C, B]` of their sum: trials stay independent.

        z `[T, C, B]` may be overwritten; weights `[1, B]` or `[T, B]` are those of a `Minibatch`.
        """
        if self.output.kernel is not None:
            return self._by_kernel(self.output.kernel, z, target, weights)
        return self._by_autograd(z, target, weights)

    def _by_kernel(self, kernel: InPlaceKernel, z: Tensor, target: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
        u = z if kernel.saves == "output" else torch.empty_like(z)
        kernel.forward(z, u, self.output_hyper)
        means, grad = self._loss_gradient(u, target, weights)
        kernel.backward(grad, u if kernel.saves == "output" else z, self.output_hyper)
        return means, grad

    def _by_autograd(self, z: Tensor, target: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
        leaf = z.detach().requires_grad_()
        with torch.enable_grad():
            u = self.activate(leaf)
        means, above = self._loss_gradient(u.detach(), target, weights)
        (grad,) = torch.autograd.grad(u, leaf, above)
        return means, grad

    def _loss_gradient(self, u: Tensor, target: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
        """Mean losses `[T]`, and their sum's gradient by u `[T, C, B]`."""
        if self.loss.native is not None:
            found = losses.means_and_gradient(self.loss.native, u, target, weights, *self._numbers)
            if found is not None:
                return found
        if self.loss.gradient is not None:
            means = (self._losses(u, target) * weights).sum(1)
            return means, self.loss.gradient(u, target, **self.loss_hyper).mul_(weights[:, None])
        leaf = u.detach().requires_grad_()
        with torch.enable_grad():
            means = (self._losses(leaf, target) * weights).sum(1)
            (grad,) = torch.autograd.grad(means.sum(), leaf)
        return means.detach(), grad

    def _losses(self, u: Tensor, target: Tensor) -> Tensor:
        """Outputs `[T, C, B]` and coded target to the loss per sample `[T, B]`."""
        return self.loss.per_sample(u, target, **self.loss_hyper)

    @cached_property
    def _numbers(self) -> tuple[float, ...]:
        """The loss's hyperparameters, for emitted code."""
        return tuple(cast(float, value) for value in self.loss_hyper.values())


def head_for(task: Task, pairing: Pairing, n_classes: int) -> Head:
    """The head of a valid pairing on this task."""
    loss, output = catalogue.loss(pairing.loss.name), catalogue.activation(pairing.output.name)
    coding = coding_for(loss, output, task.kind)
    assert coding is not None, "an invalid pairing is never trained"
    output_hyper = pairing.output.hyper(output)
    one_unit_decides = task.kind == "binary" and not coding.per_class
    return Head(
        output=output,
        output_hyper=output_hyper,
        loss=loss,
        loss_hyper=pairing.loss.hyper(loss),
        coding=coding,
        n_units=count_units(coding, n_classes),
        threshold=decision_threshold(loss, output.range_for(output_hyper)) if one_unit_decides else 0.0,
        balanced=pairing.loss.settings(loss).get("class_weight") == "balanced",
    )
