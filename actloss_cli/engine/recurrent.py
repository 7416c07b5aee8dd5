"""A stacked Elman cell, z_t = W x_t + U f(z_(t-1)) + b, unrolled over the steps of a row (Elman, 1990).

Each step is a linear layer on the row's channels at that step and the state before it, side by side; all steps have the
same weights `[T, H, C + H]`, (W, U), and gradients are summed over the steps from the last to the first.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from actloss_cli.engine.layers import Pair, Segment, SegmentedActivation, linear
from actloss_cli.plan.shaped_models import Shape


class Recurrence:
    """Up to the last step's z, which the chain's next activation takes; `segments` are those of that activation.

    Rows are of that shape, (C, steps). For a stochastic activation the last step is layer 0, the others follow.
    """

    def __init__(
        self, values: Pair, grads: Pair, segments: Sequence[Segment], shape: Shape, B: int, pick: Tensor
    ) -> None:
        weight, _ = values
        T, H, n_in = weight.shape
        self._C, self._n_steps = shape
        self._grads, self._pick = grads, pick
        self._step_grads = torch.empty_like(grads[0]), torch.empty_like(grads[1])
        self._segments = [[_of_step(segment, step) for segment in segments] for step in range(1, self._n_steps)]
        self._states = [SegmentedActivation(of_step, weight.new_empty(T, H, B)) for of_step in self._segments]
        self._learnable_grads = [segment.learnable_grad for segment in segments]
        # Nothing lies below the first step, which picks every trial's own input.
        picks = [torch.arange(T, device=pick.device), *[None] * (self._n_steps - 1)]
        self._linears = [linear(values, self._step_grads, B, own) for own in picks]
        self._inputs = [weight.new_zeros(T, n_in, B) for _ in picks]
        self._grad = weight.new_empty(T, H, B)

    def forward(self, x: Tensor) -> Tensor:
        """Rows of all seeds `[S, C steps, B]` to pre-activations of the last state `[T, H, B]`."""
        rows = x.index_select(0, self._pick).view(len(self._pick), self._C, self._n_steps, -1)  # (T, C, steps, B)
        for step, inputs in enumerate(self._inputs):
            inputs[:, : self._C].copy_(rows[:, :, step])
            z = self._linears[step].forward(inputs)
            if step < len(self._states):
                self._inputs[step + 1][:, self._C :].copy_(self._states[step].forward(z))
        return z

    def backward(self, grad: Tensor) -> Tensor:
        """Fills the gradients of weight `[T, H, C + H]` and bias `[T, H, 1]`, adds to those that activations learn.

        Those hold what the last step's activation sent back.
        """
        of_step = grad
        for buffer in self._grads:
            buffer.zero_()
        for step in reversed(range(self._n_steps)):
            below = self._linears[step].backward(of_step)
            for total, part in zip(self._grads, self._step_grads, strict=True):
                total.add_(part)
            if step > 0:
                of_step = self._states[step - 1].backward(self._grad.copy_(below[:, self._C :]))
                self._add_learnable(self._segments[step - 1])
        return grad

    def _add_learnable(self, segments: Sequence[Segment]) -> None:
        for totals, segment in zip(self._learnable_grads, segments, strict=True):
            for name, part in segment.learnable_grad.items():
                totals[name].add_(part)


def _of_step(segment: Segment, step: int) -> Segment:
    """The same function and learnable parameters with gradients of its own."""
    own = {name: torch.zeros_like(grad) for name, grad in segment.learnable_grad.items()}
    return replace(segment, layer=step, learnable_grad=own)
