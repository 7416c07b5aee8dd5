"""A stacked convolution: each trial's filters over its rows, as one product with the patches that they span.

Rows `[T, C P, B]` are C channels of P places each. Their patches `[T, C K, P' B]`, the K places under a filter at each
of P' places, turn it into a linear layer, whose weights `[T, O, C K]` are torch's filters row by row.
"""

from torch import Tensor

from actloss_cli.engine.layers import Pair, linear
from actloss_cli.plan.shaped_models import Shape


class Convolution:
    """In one dimension or two, without padding; rows are of that shape, (C, steps) or (C, height, width)."""

    def __init__(
        self, values: Pair, grads: Pair, shape: Shape, kernel: int, stride: int, B: int, pick: Tensor | None
    ) -> None:
        weight, _ = values
        T, n_out, n_in = weight.shape
        S = T if pick is None else int(pick.max()) + 1
        C, height, width = shape if len(shape) == 3 else (shape[0], 1, shape[1])
        self._kernel, self._stride = (kernel if len(shape) == 3 else 1, kernel), stride
        self._places = tuple((n - k) // stride + 1 for n, k in zip((height, width), self._kernel, strict=True))
        n_places = self._places[0] * self._places[1]
        self._rows_shape = S, C, height, width, B
        self._patches = weight.new_empty(S, C, *self._kernel, *self._places, B)
        self._linear = linear(values, grads, n_places * B, pick)
        self._flat_shapes = (S, n_in, n_places * B), (T, n_out * n_places, B), (T, n_out, n_places * B)
        self._below = None if pick is not None else weight.new_empty(self._rows_shape)

    def forward(self, x: Tensor) -> Tensor:
        """`[T, C P, B]` or, in a first layer, `[S, C P, B]` to `[T, O P', B]`."""
        windows = x.view(self._rows_shape)
        for dimension, span in zip((2, 3), self._kernel, strict=True):
            windows = windows.unfold(dimension, span, self._stride)  # (S, C, places.., B, kernel..)
        self._patches.copy_(windows.permute(0, 1, 5, 6, 2, 3, 4))
        flat_patches, flat_rows, _ = self._flat_shapes
        return self._linear.forward(self._patches.view(flat_patches)).view(flat_rows)

    def backward(self, grad: Tensor) -> Tensor:
        """Fills the gradients of filters `[T, O, C K]` and bias `[T, O, 1]`."""
        *_, flat_products = self._flat_shapes
        of_patches = self._linear.backward(grad.view(flat_products))
        if self._below is None:
            return grad
        self._add_patches(of_patches.view(self._patches.shape), self._below.zero_())
        return self._below.flatten(1, 3)

    def _add_patches(self, patches: Tensor, rows: Tensor) -> None:
        """Adds `[T, C, kernel.., places.., B]` up to rows, filter place by filter place: in the same order always."""
        down, across = (self._stride * (n - 1) + 1 for n in self._places)
        for i in range(self._kernel[0]):
            for j in range(self._kernel[1]):
                reached = rows[:, :, i : i + down : self._stride, j : j + across : self._stride]
                reached += patches[:, :, i, j]
