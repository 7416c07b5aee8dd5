"""A stack of models as one chain of layers over flat parameter, gradient and optimizer buffers."""

import itertools
import math
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from actloss_cli import catalogue
from actloss_cli.engine.convolution import Convolution
from actloss_cli.engine.feed import Feed
from actloss_cli.engine.flat import Block, FlatLayout
from actloss_cli.engine.initialise import initial_layer
from actloss_cli.engine.layers import Layer, NativeLinear, Pair, Segment, SegmentedActivation, linear
from actloss_cli.engine.noise import StackedNoise
from actloss_cli.engine.normalisation import NORMS, BatchNorm, biases_beside
from actloss_cli.engine.own_network import OwnNetwork
from actloss_cli.engine.own_start import own_parts, start_own
from actloss_cli.engine.recurrent import Recurrence
from actloss_cli.engine.residual import SkipEnd, SkipStart
from actloss_cli.engine.stacked_optimizer import StackedOptimizer
from actloss_cli.plan.own_models import OwnModelSpec
from actloss_cli.plan.shaped_models import ConvolutionSpec, RecurrentSpec, Shape
from actloss_cli.plan.trial import Model, ModelSpec, Trial


class StackedModel:
    """T models of one shape side by side, with an optimizer each; trials must be sorted by activation.

    C is the number of output units; every trial has the same choice of optimizer.
    """

    def __init__(
        self, trials: Sequence[Trial], feed: Feed, n_units: int, dtype: torch.dtype, device: torch.device
    ) -> None:
        task, T = trials[0].task, len(trials)
        shapes = task.model.weights(feed.n_features, n_units)
        norm = task.model.norm if isinstance(task.model, ModelSpec) else "none"
        has_biases = [False] if isinstance(task.model, OwnModelSpec) else biases_beside(norm, len(shapes))
        self._layout = FlatLayout()
        self._linear = [
            (self._layout.add((T, n_out, math.prod(n_in))), self._reserve_vector(T, n_out) if has_bias else None)
            for (n_out, *n_in), has_bias in zip(shapes, has_biases, strict=True)
        ]
        self._noise = StackedNoise(trials[0].phase, [trial.seed for trial in trials], feed.batch_size)
        segments = [_segments(trials, depth, shape[0], self._noise) for depth, shape in enumerate(shapes[:-1])]
        scales: list[tuple[Block, Block]] = []
        learnable: list[list[dict[str, Block]]] = []
        for layer, n in zip(segments, task.model.units, strict=True):
            if norm != "none":
                scales.append((self._reserve_vector(T, n), self._reserve_vector(T, n)))
            learnable.append([self._reserve(segment) for segment in layer])

        self.param, self._grad = (self._layout.zeros(dtype, device) for _ in range(2))
        self.values, self.grads = (self._pairs(flat) for flat in (self.param, self._grad))
        """Weight `[T, O, I]` and bias `[T, O, 1]`, 0 where there is none, of each layer with weights; gradients."""
        lr = torch.tensor([trial.lr for trial in trials], dtype=dtype, device=device)
        n_steps = task.training.epochs * feed.steps_per_epoch
        self._optimizer = StackedOptimizer(trials[0].pairing.optimizer, self._layout, lr, n_steps)

        if isinstance(task.model, OwnModelSpec):
            start_own(self.values[0][0], trials, feed.n_features, n_units)
        else:
            self._initialise(trials, shapes)
        for of_layer, blocks in zip(segments, learnable, strict=True):
            for segment, of_segment in zip(of_layer, blocks, strict=True):
                self._bind(segment, of_segment)
        self.activations = [
            SegmentedActivation(of_layer, self.param.new_empty(T, n, feed.B))
            for of_layer, n in zip(segments, task.model.units, strict=True)
        ]
        self._norms = [NORMS[norm](*self._bind_scale(*blocks), feed.B) for blocks in scales]
        self._batch_norms = [layer for layer in self._norms if isinstance(layer, BatchNorm)]
        if isinstance(task.model, OwnModelSpec):
            parts = own_parts(trials, feed, n_units, dtype, device)
            self.weighted: list[Layer] = [OwnNetwork(self.values[0], self.grads[0], parts, feed.seed_of)]
        else:
            self.weighted = [self._weighted(task.model, depth, segments, feed) for depth in range(len(shapes))]
        """The layers with weights of the chain."""
        self.chain = list(self._link(is_residual=task.model.kind == "residual"))
        """From inputs to the pre-activations of the output."""
        for lower, activation, upper in zip(self.chain, self.chain[1:], self.chain[2:], strict=False):
            match lower, activation, upper:
                case NativeLinear(), SegmentedActivation(), NativeLinear():
                    lower.fuse(activation, upper)

    def forward(self, x: Tensor, *, n_trained: int | None = None) -> Tensor:
        """Rows of all seeds `[S, D, B]` to pre-activations of the output `[T, C, B]`; the next call overwrites them.

        Of a minibatch that is trained on, the first `n_trained` rows are real ones.
        """
        self._noise.step = None if n_trained is None else self._optimizer.step
        for norm in self._batch_norms:
            norm.n_trained = n_trained
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
            for norm in self._batch_norms:
                norm.freeze(trials)

    def linear_parts(self, flat: Tensor) -> list[Tensor]:
        """Weights `[T, O, I]` and biases `[T, O, 1]` of all layers in a buffer like that of all parameters."""
        return [block.view(flat) for pair in self._linear for block in pair if block is not None]

    def parameters_of(self, trial: int) -> list[Tensor]:
        """Copies of one trial's parameters: weight, bias per layer; then, per layer, scale, shift, learnable ones."""
        return [
            block.view(self.param)[trial - block.first].clone()
            for block in self._layout.blocks
            if 0 <= trial - block.first < block.shape[0]
        ]

    def _weighted(self, model: Model, depth: int, segments: Sequence[list[Segment]], feed: Feed) -> Layer:
        """The layer with the weights of that number."""
        values, grads = self.values[depth], self.grads[depth]
        pick = feed.seed_of if depth == 0 else None
        match model:
            case ConvolutionSpec() if depth < len(segments):
                return Convolution(values, grads, model.shapes[depth], model.kernel, model.stride, feed.B, pick)
            case RecurrentSpec() if depth < len(segments):
                return Recurrence(values, grads, segments[depth], model.shape, feed.B, feed.seed_of)
            case _:
                return linear(values, grads, feed.B, pick)

    def _link(self, *, is_residual: bool) -> Iterator[Layer]:
        """Each layer with weights, what normalises its results, and its activation; the last is alone."""
        for depth, activation in enumerate(self.activations):
            start = SkipStart(activation.value) if is_residual and depth > 0 else None
            layers: list[Layer] = [self.weighted[depth], *self._norms[depth : depth + 1], activation]
            yield from layers if start is None else [start, *layers, SkipEnd(start)]
        yield self.weighted[-1]

    def _pairs(self, flat: Tensor) -> list[Pair]:
        return [
            (weight.view(flat), flat.new_zeros(*weight.shape[:2], 1) if bias is None else bias.view(flat))
            for weight, bias in self._linear
        ]

    def _reserve_vector(self, T: int, n: int) -> Block:
        return self._layout.add((T, n, 1), is_vector=True)

    def _bind_scale(self, scale: Block, shift: Block) -> tuple[Pair, Pair]:
        """Scales start at 1, shifts at 0."""
        scale.view(self.param).fill_(1)
        return (scale.view(self.param), shift.view(self.param)), (scale.view(self._grad), shift.view(self._grad))

    def _reserve(self, segment: Segment) -> dict[str, Block]:
        n = segment.trials.stop - segment.trials.start
        names = segment.spec.learnable_for(segment.hyper)
        return {name: self._layout.add((n, 1, 1), segment.trials.start, is_vector=True) for name in names}

    def _bind(self, segment: Segment, blocks: dict[str, Block]) -> None:
        segment.learnable = {name: block.view(self.param) for name, block in blocks.items()}
        segment.learnable_grad = {name: block.view(self._grad) for name, block in blocks.items()}
        for name, start in segment.spec.learnable_for(segment.hyper).items():
            segment.learnable[name].fill_(start)

    def _initialise(self, trials: Sequence[Trial], shapes: Sequence[Shape]) -> None:
        for depth, ((W, b), (_, has_bias), shape) in enumerate(zip(self.values, self._linear, shapes, strict=True)):
            for t, trial in enumerate(trials):
                weight, bias = initial_layer(trial, depth, shape)
                W[t].copy_(weight.flatten(1))
                if has_bias is not None:
                    b[t, :, 0].copy_(bias)


def _segments(trials: Sequence[Trial], layer: int, features: int, noise: StackedNoise) -> list[Segment]:
    segments, start = [], 0
    for choice, group in itertools.groupby(trials, key=lambda trial: trial.pairing.activation):
        stop = start + len(list(group))
        spec = catalogue.activation(choice.name)
        segments.append(Segment(spec, choice.hyper(spec), slice(start, stop), layer, features, noise))
        start = stop
    return segments
