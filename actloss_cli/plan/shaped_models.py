"""Models that read a row as a sequence or an image: their settings, what they ask of a row, and their sizes.

Shapes have the channels first: (channels, steps) or (channels, height, width).
"""

import math
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

Shape: TypeAlias = tuple[int, ...]
ConvolutionKind: TypeAlias = Literal["conv1d", "conv2d"]
RecurrentKind: TypeAlias = Literal["recurrent"]


@dataclass(frozen=True)
class ConvolutionSpec:
    """Convolutions without padding, the activation after each, and a linear head on all that the last one gives."""

    kind: ConvolutionKind
    shape: Shape
    """Of a row."""
    channels: tuple[int, ...] = (8, 16)
    """Of what each convolution gives."""
    kernel: int = 3
    """Places that a filter spans, along each dimension."""
    stride: int = 2
    init: str = "torch"

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """Of a row, then of what each convolution gives."""
        shapes = [self.shape]
        for n_channels in self.channels:
            places = ((size - self.kernel) // self.stride + 1 for size in shapes[-1][1:])
            shapes.append((n_channels, *places))
        return tuple(shapes)

    @property
    def n_hidden(self) -> int:
        """Layers that the activation follows."""
        return len(self.units)

    def settings(self) -> dict[str, object]:
        """What decides a trial's numbers."""
        return asdict(self)

    @property
    def units(self) -> tuple[int, ...]:
        """Of each layer that the activation follows: a unit is a channel at one place."""
        return tuple(math.prod(shape) for shape in self.shapes[1:])

    @property
    def filters(self) -> tuple[Shape, ...]:
        """Of each convolution: (channels out, channels in, kernel, ..), as torch has them."""
        spans = (self.kernel,) * (len(self.shape) - 1)
        return tuple((n_out, n_in, *spans) for n_in, n_out in pairwise([self.shape[0], *self.channels]))

    def weights(self, n_features: int, n_units: int) -> tuple[Shape, ...]:
        """Shape of each layer's weights, the head's last; `n_features` are as many as `shape` holds."""
        return (*self.filters, (n_units, math.prod(self.shapes[-1])))

    def n_products(self, n_features: int, n_units: int) -> int:
        """Multiplications for one row, forward."""
        places = [math.prod(shape[1:]) for shape in self.shapes[1:]]
        weights = map(math.prod, self.weights(n_features, n_units))
        return sum(n * n_places for n, n_places in zip(weights, [*places, 1], strict=True))

    def n_values(self, n_features: int, n_units: int) -> int:
        """Floats that training holds of one row: values, the patches under the filters, and gradients of both."""
        patches = sum(
            math.prod(filters[1:]) * math.prod(shape[1:])
            for filters, shape in zip(self.filters, self.shapes[1:], strict=True)
        )
        return 2 * (n_features + patches + sum(self.units) + n_units)


@dataclass(frozen=True)
class RecurrentSpec:
    """A cell h' = f(W x + U h + b) that reads a row step by step from h = 0, f the activation; then a linear head."""

    shape: Shape
    """Of a row: (channels, steps)."""
    width: int = 32
    """H, the numbers of the state."""
    init: str = "torch"
    kind: RecurrentKind = "recurrent"

    @property
    def n_hidden(self) -> int:
        """Layers that the activation follows."""
        return len(self.units)

    def settings(self) -> dict[str, object]:
        """What decides a trial's numbers."""
        return asdict(self)

    @property
    def units(self) -> tuple[int, ...]:
        """Of each layer that the activation follows: the state after the last step."""
        return (self.width,)

    def weights(self, n_features: int, n_units: int) -> tuple[Shape, ...]:
        """Shape of the cell's weights, W and U side by side, and of the head's."""
        return (self.width, self.shape[0] + self.width), (n_units, self.width)

    def n_products(self, n_features: int, n_units: int) -> int:
        """Multiplications for one row, forward."""
        cell, head = map(math.prod, self.weights(n_features, n_units))
        return self.shape[1] * cell + head

    def n_values(self, n_features: int, n_units: int) -> int:
        """Floats that training holds of one row: of each step its inputs, its state before and after f, gradients."""
        n_channels, n_steps = self.shape
        return n_features + 2 * (n_steps * (n_channels + 2 * self.width) + n_units)
