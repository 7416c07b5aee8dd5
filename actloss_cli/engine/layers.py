"""The stacked layers of a chain, features first: x `[T, I, B]` to `[T, O, B]`, T trials side by side.

A layer's `forward` keeps what its `backward` needs; `backward` turns the gradient of its result into the gradient of
its input, writing its parameters' gradients into their buffers on the way. Results live in buffers that the
layer owns and overwrites at its next call.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import torch
from torch import Tensor

from actloss_cli.catalogue.spec import ActivationSpec, Hyper
from actloss_cli.engine.noise import StackedNoise
from actloss_cli.native.products import Activations, products

Pair: TypeAlias = tuple[Tensor, Tensor]
"""Weight `[T, O, I]` and bias `[T, O, 1]`, or their gradients."""


class Layer(Protocol):
    """What the training loop knows of a layer."""

    def forward(self, x: Tensor) -> Tensor:
        """`[T, I, B]` to `[T, O, B]`; a first layer takes the rows of all seeds, `[S, I, B]`."""
        ...

    def backward(self, grad: Tensor) -> Tensor:
        """`[T, O, B]` to `[T, I, B]`; a first layer gives back what it got, for nothing lies below it."""
        ...


class StackedLinear:
    """z = W x + b with hand-derived gradients, through PyTorch's batched products: on any device."""

    def __init__(self, values: Pair, grads: Pair, B: int, pick: Tensor | None) -> None:
        self._weight, self._bias = values
        self._weight_grad, self._bias_grad = grads
        T, n_out, n_in = self._weight.shape
        self._z = self._weight.new_empty(T, n_out, B)
        self._other = self._weight.new_empty(T, n_in, B)
        self._pick = pick
        self._x = self._other

    def forward(self, x: Tensor) -> Tensor:
        """`[T, I, B]` or, in a first layer, `[S, I, B]` to `[T, O, B]`."""
        self._x = x if self._pick is None else torch.index_select(x, 0, self._pick, out=self._other)
        return torch.baddbmm(self._bias, self._weight, self._x, out=self._z)

    def backward(self, grad: Tensor) -> Tensor:
        """Fills the gradients of weight `[T, O, I]` and bias `[T, O, 1]`."""
        torch.bmm(grad, self._x.transpose(1, 2), out=self._weight_grad)
        torch.sum(grad, 2, keepdim=True, out=self._bias_grad)
        if self._pick is not None:
            return grad
        return torch.bmm(self._weight.transpose(1, 2), grad, out=self._other)


class NativeLinear:
    """The same through our own products, on a CPU."""

    def __init__(self, values: Pair, grads: Pair, B: int, pick: Tensor | None) -> None:
        self._weight, self._bias = values
        self._weight_grad, self._bias_grad = grads
        T, n_out, n_in = self._weight.shape
        self._products = products(self._weight.dtype)
        self._z = self._x = self._weight.new_empty(T, n_out, B)
        self._below = None if pick is not None else self._weight.new_empty(T, n_in, B)
        self._pick = torch.arange(T) if pick is None else pick
        self._above: Activations | None = None
        self._under: Activations | None = None

    def fuse(self, activation: "SegmentedActivation", upper: "NativeLinear") -> None:
        """Takes the part of an activation that comes next, and the layer after that the part of its gradient."""
        self._above = upper._under = activation.hand_over(self._z)

    def forward(self, x: Tensor) -> Tensor:
        """`[T, I, B]` or, in a first layer, `[S, I, B]` to `[T, O, B]`."""
        self._x = x.contiguous()
        self._products.forward(self._z, self._weight, self._bias, self._x, self._pick, self._above)
        return self._z

    def backward(self, grad: Tensor) -> Tensor:
        """Fills the gradients of weight `[T, O, I]` and bias `[T, O, 1]`."""
        grad = grad.contiguous()
        self._products.weight_grad(self._weight_grad, self._bias_grad, grad, self._x, self._pick)
        if self._below is None:
            return grad
        self._products.below(self._below, self._weight, grad, self._under)
        return self._below


def linear(values: Pair, grads: Pair, B: int, pick: Tensor | None) -> Layer:
    """A first layer picks each trial's rows `[T]` out of those of all seeds; the others have none to pick."""
    way = NativeLinear if values[0].device.type == "cpu" else StackedLinear
    return way(values, grads, B, pick)


@dataclass
class Segment:
    """Neighbouring trials of a stack that share an activation."""

    spec: ActivationSpec
    hyper: Hyper
    trials: slice
    layer: int
    features: int
    """H or, where a layer has channels at several places, the number of channels."""
    noise: StackedNoise
    learnable: Mapping[str, Tensor] = field(default_factory=dict)
    """Learnable parameters `[T', 1, 1]` by name, views of the flat buffer."""
    learnable_grad: Mapping[str, Tensor] = field(default_factory=dict)

    def part(self, buffer: Tensor) -> Tensor:
        """Its trials' part of `[T, H, B]`; for a function along the features with those on axis 1, `[T', C, P B]`."""
        part = buffer[self.trials]
        return part.view(len(part), self.features, -1) if self.spec.along_features else part


class SegmentedActivation:
    """An activation layer in which each segment of the stack has a function of its own."""

    def __init__(self, segments: list[Segment], like: Tensor) -> None:
        self._pieces = [
            _Declared(segment) if segment.spec.kernel is not None else _Differentiated(segment) for segment in segments
        ]
        self._at_work = self._pieces
        in_place = all(piece.in_place for piece in self._pieces)
        self._result = None if in_place else torch.empty_like(like)
        self.value = like
        """What `forward` gave last `[T, H, B]`."""

    def forward(self, x: Tensor) -> Tensor:
        """`[T, H, B]` to the same shape; x is overwritten where every segment can work in place."""
        self.value = x if self._result is None else self._result
        for piece in self._at_work:
            piece.forward(x, self.value)
        return self.value

    def hand_over(self, z: Tensor) -> Activations | None:
        """Leaves to the products what they can do of it with the pre-activations z `[T, H, B]`, always in that buffer.

        What is handed over is no more done here; None where nothing is.
        """
        if z.dtype != torch.float32:
            return None
        y = z if self._result is None else self._result
        functions = [piece.native for piece in self._pieces for _ in range(piece.n_trials)]
        self._at_work = [piece for piece in self._pieces if piece.native is None]
        for piece in self._pieces:
            if isinstance(piece, _Declared):
                piece.save(z, y)
        return Activations(functions, z, y)

    def backward(self, grad: Tensor) -> Tensor:
        """Works in place on `grad` `[T, H, B]`."""
        for piece in self._at_work:
            piece.backward(grad)
        return grad

    def slopes(self, out: Tensor) -> None:
        """Writes f'(z) at the last forward pass into `[T, H, B]`, sums over features for what acts along them.

        `backward` may follow, but not come before.
        """
        out.fill_(1)
        for piece in self._pieces:
            piece.slopes(out)


class _Window:
    """A segment's part of a buffer. Buffers stay the same from step to step, so that cutting once is enough."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment
        self._buffer: Tensor | None = None
        self._part: Tensor | None = None

    def of(self, buffer: Tensor) -> Tensor:
        """`[T, ..]` to `[T', ..]`."""
        if self._part is None or buffer is not self._buffer:
            self._buffer, self._part = buffer, self._segment.part(buffer)
        return self._part


class _Declared:
    """A segment whose declaration has a hand-derived kernel."""

    def __init__(self, segment: Segment) -> None:
        kernel = segment.spec.kernel
        assert kernel is not None
        self._kernel, self._hyper = kernel, segment.hyper
        self.in_place = kernel.saves == "output"
        self.native = None if kernel.native is None else kernel.native(segment.hyper)
        self.n_trials = segment.trials.stop - segment.trials.start
        self._z, self._out, self._grad = (_Window(segment) for _ in range(3))
        self._saved: Tensor | None = None

    def forward(self, x: Tensor, result: Tensor) -> None:
        self._kernel.forward(self._z.of(x), self._out.of(result), self._hyper)
        self.save(x, result)

    def save(self, x: Tensor, result: Tensor) -> None:
        """Notes where the gradient finds what it needs."""
        self._saved = self._out.of(result) if self._kernel.saves == "output" else self._z.of(x)

    def backward(self, grad: Tensor) -> None:
        assert self._saved is not None
        self._kernel.backward(self._grad.of(grad), self._saved, self._hyper)

    def slopes(self, ones: Tensor) -> None:
        self.backward(ones)


class _Differentiated:
    """A segment whose gradient autograd derives: any callable, with or without learnable parameters."""

    in_place = False
    native = None

    def __init__(self, segment: Segment) -> None:
        self.n_trials = segment.trials.stop - segment.trials.start
        self._apply: Callable[..., Tensor] = segment.spec.apply
        self._segment, self._hyper = segment, segment.hyper
        self._learnable, self._learnable_grad = segment.learnable, segment.learnable_grad
        self._leaves: list[Tensor] = []
        self._y: Tensor | None = None

    def forward(self, x: Tensor, result: Tensor) -> None:
        z = self._segment.part(x).detach().requires_grad_()
        learnable = {name: value.detach().requires_grad_() for name, value in self._learnable.items()}
        with torch.enable_grad():
            self._y = self._apply(z, **self._hyper, **learnable, **self._noise(z))
        self._leaves = [z, *learnable.values()]
        self._segment.part(result).copy_(self._y.detach())

    def _noise(self, z: Tensor) -> Mapping[str, Tensor | None]:
        segment = self._segment
        return {"noise": segment.noise.draw(segment.trials, segment.layer, z)} if segment.spec.stochastic else {}

    def backward(self, grad: Tensor) -> None:
        assert self._y is not None
        piece = self._segment.part(grad)
        below, *learnable = torch.autograd.grad(self._y, self._leaves, piece)
        piece.copy_(below)
        for buffer, value in zip(self._learnable_grad.values(), learnable, strict=True):
            buffer.copy_(value)

    def slopes(self, ones: Tensor) -> None:
        assert self._y is not None
        piece = self._segment.part(ones)
        (slopes,) = torch.autograd.grad(self._y, self._leaves[:1], piece, retain_graph=True)
        piece.copy_(slopes)
