"""The optimizers of a stack's trials: scheduled learning rates, clipped gradients, one update for all."""

from collections.abc import Sequence

import torch
from torch import Tensor

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.engine import schedule
from actloss_cli.engine.flat import Block, FlatLayout

NORM_FLOOR = 1e-6
"""Added to a norm that divides, as in torch.nn.utils.clip_grad_norm_."""


class StackedOptimizer:
    """One choice of optimizer for T trials, with a learning rate `[T]` each; knows all steps that it will take."""

    def __init__(self, choice: Choice, layout: FlatLayout, lr: Tensor, n_steps: int) -> None:
        self._spec = catalogue.optimizer(choice.name)
        self._hyper = choice.hyper(self._spec)
        settings = choice.settings(self._spec)
        self._schedule, self._clip = str(settings["schedule"]), str(settings["clip"])
        self._clip_at = float(settings["clip_at"])  # type: ignore[arg-type]  # a number by its default
        self._layout, self._n_steps = layout, n_steps
        self.step = 0
        self._T = len(lr)
        self._base_lr = layout.spread(lr)
        self._lr = self._base_lr if self._schedule == "constant" else self._base_lr.clone()
        names = self._spec.state_names(self._hyper)
        self._state = {name: layout.zeros(lr.dtype, lr.device) for name in names}

    def update(self, param: Tensor, grad: Tensor) -> None:
        """One step on the flat parameters and gradients `[n]`; gradients are spent."""
        if self._schedule != "constant":
            torch.mul(self._base_lr, schedule.factor(self._schedule, self.step, self._n_steps), out=self._lr)
        self.step += 1
        if self._clip == "norm":
            self._clip_norms(grad)
        elif self._clip == "value":
            grad.clamp_(-self._clip_at, self._clip_at)
        assert self._spec.update is not None, "what has no update is trained by the plain loop"
        if self._spec.elementwise:
            self._spec.update(param, grad, self._state, self.step, self._lr, self._hyper)
        else:
            for block in self._layout.blocks:
                self._update_block(block, param, grad)

    def freeze(self, trials: Sequence[int]) -> None:
        """Sets the state and the learning rate of these trials to zero."""
        for flat in (self._base_lr, self._lr, *self._state.values()):
            self._layout.clear(flat, trials)

    def _update_block(self, block: Block, param: Tensor, grad: Tensor) -> None:
        """One matrix or vector of each trial; a rate is the same at all its elements."""
        assert self._spec.update is not None
        lr = block.tensors(self._lr)
        one_lr = lr[:, :1, :1] if lr.ndim == 3 else lr[:, :1]
        state = {name: block.tensors(flat) for name, flat in self._state.items()}
        self._spec.update(block.tensors(param), block.tensors(grad), state, self.step, one_lr, self._hyper)

    def _clip_norms(self, grad: Tensor) -> None:
        """Each trial's gradient, over all its parameters, to a Euclidean norm of at most `clip_at`."""
        squares = grad.new_zeros(self._T)
        for block in self._layout.blocks:
            squares[block.trials] += block.view(grad).flatten(1).square().sum(1)
        scale = (self._clip_at / (squares.sqrt() + NORM_FLOOR)).clamp_max(1.0)
        for block in self._layout.blocks:
            block.view(grad).mul_(scale[block.trials].view(-1, *[1] * (len(block.shape) - 1)))
