"""A stack of models as one chain of layers over flat parameter, gradient and optimizer buffers."""

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor

from actloss_cli import catalogue
from actloss_cli.engine.feed import Feed
from actloss_cli.engine.flat import Block, FlatLayout
from actloss_cli.engine.initialise import initial_weights
from actloss_cli.engine.layers import Layer, NativeLinear, Pair, Segment, SegmentedActivation, linear
from actloss_cli.engine.noise import StackedNoise
from actloss_cli.engine.stacked_optimizer import StackedOptimizer
from actloss_cli.plan.trial import Trial


class StackedModel:
    """T MLPs of one shape side by side, with an optimizer each; trials must be sorted by activation.

    C is the number of output units; every trial has the same choice of optimizer.
    """

    def __init__(
        self, trials: Sequence[Trial], feed: Feed, n_units: int, dtype: torch.dtype, device: torch.device
    ) -> None:
        task, B, n_features = trials[0].task, feed.B, feed.n_features
        self._widths = [n_features, *task.model.hidden, n_units]
        self._layout = FlatLayout()
        self._linear = [
            (self._layout.add((len(trials), n_out, n_in)), self._layout.add((len(trials), n_out, 1), is_vector=True))
            for n_in, n_out in itertools.pairwise(self._widths)
        ]
        self._noise = StackedNoise(trials[0].phase, [trial.seed for trial in trials], feed.batch_size)
        segments = [_segments(trials, depth, self._noise) for depth in range(len(task.model.hidden))]
        learnable = [[self._reserve(segment) for segment in layer] for layer in segments]

        self.param, self._grad = (self._layout.zeros(dtype, device) for _ in range(2))
        self.values, self.grads = (self.linear_parts(flat) for flat in (self.param, self._grad))
        lr = torch.tensor([trial.lr for trial in trials], dtype=dtype, device=device)
        n_steps = task.training.epochs * feed.steps_per_epoch
        self._optimizer = StackedOptimizer(trials[0].pairing.optimizer, self._layout, lr, n_steps)

        self._initialise(trials)
        self.chain: list[Layer] = []
        """Linear layers and activations in turn."""
        self.activations: list[SegmentedActivation] = []
        for depth, (values, grads) in enumerate(zip(self.values, self.grads, strict=True)):
            self.chain.append(linear(values, grads, B, feed.seed_of if depth == 0 else None))
            if depth < len(segments):
                for segment, blocks in zip(segments[depth], learnable[depth], strict=True):
                    self._bind(segment, blocks)
                like = self.param.new_empty(len(trials), self._widths[depth + 1], B)
                self.activations.append(SegmentedActivation(segments[depth], like))
                self.chain.append(self.activations[-1])
        for lower, activation, upper in zip(self.chain[::2], self.activations, self.chain[2::2], strict=False):
            if isinstance(lower, NativeLinear) and isinstance(upper, NativeLinear):
                lower.fuse(activation, upper)

    def forward(self, x: Tensor, *, training: bool = False) -> Tensor:
        """Rows of all seeds `[S, D, B]` to pre-activations of the output `[T, C, B]`; the next call overwrites them."""
        self._noise.step = self._optimizer.step if training else None
        for layer in self.chain:
            x = layer.forward(x)
        return x

    def backward(self, grad: Tensor) -> None:
        """Gradient of the loss at the last pre-activations `[T, C, B]` to gradients of all parameters."""
        for layer in reversed(self.chain):
            grad = layer.backward(grad)

    def update(self) -> None:
        """One optimizer step for every trial."""
        self._optimizer.update(self.param, self._grad)

    def freeze(self, trials: Sequence[int]) -> None:
        """Takes trials out of the training: parameters, state and learning rate become zero."""
        if trials:
            self._layout.clear(self.param, trials)
            self._optimizer.freeze(trials)

    def linear_parts(self, flat: Tensor) -> list[Pair]:
        """Weight `[T, O, I]` and bias `[T, O, 1]` of each linear layer in a buffer like that of all parameters."""
        return [(weight.view(flat), bias.view(flat)) for weight, bias in self._linear]

    def parameters_of(self, trial: int) -> list[Tensor]:
        """Copies of one trial's parameters in the order weight, bias per layer, then learnable ones."""
        return [
            block.view(self.param)[trial - block.first].clone()
            for block in self._layout.blocks
            if 0 <= trial - block.first < block.shape[0]
        ]

    def _reserve(self, segment: Segment) -> dict[str, Block]:
        n = segment.trials.stop - segment.trials.start
        names = segment.spec.learnable_for(segment.hyper)
        return {name: self._layout.add((n, 1, 1), segment.trials.start, is_vector=True) for name in names}

    def _bind(self, segment: Segment, blocks: dict[str, Block]) -> None:
        segment.learnable = {name: block.view(self.param) for name, block in blocks.items()}
        segment.learnable_grad = {name: block.view(self._grad) for name, block in blocks.items()}
        for name, start in segment.spec.learnable_for(segment.hyper).items():
            segment.learnable[name].fill_(start)

    def _initialise(self, trials: Sequence[Trial]) -> None:
        for depth, (W, b) in enumerate(self.values):
            for t, trial in enumerate(trials):
                drawn = initial_weights(trial.task.model.init, trial.phase, trial.seed, depth, W.shape[1], W.shape[2])
                W[t].copy_(drawn[0])
                b[t, :, 0].copy_(drawn[1])


def _segments(trials: Sequence[Trial], layer: int, noise: StackedNoise) -> list[Segment]:
    segments, start = [], 0
    for choice, group in itertools.groupby(trials, key=lambda trial: trial.pairing.activation):
        stop = start + len(list(group))
        spec = catalogue.activation(choice.name)
        segments.append(Segment(spec, choice.hyper(spec), slice(start, stop), layer, noise))
        start = stop
    return segments
