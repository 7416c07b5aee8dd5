"""The emitted products, compiled for this processor and called on tensors."""

from collections.abc import Sequence
from functools import cache

import torch
from torch import Tensor

from actloss_cli.native.activations_code import MOST_NUMBERS, NATIVE_ACTIVATIONS
from actloss_cli.native.calls import SCALARS, Code
from actloss_cli.native.machine import Target, host_target
from actloss_cli.native.products_code import COLUMNS, emit_products

_ARGUMENTS = {"forward": (8, 4, 0), "below": (7, 4, 0), "weight_grad": (6, 4, 0)}


class Activations:
    """What follows a product: y = f(z), both `[T, O, B]` and perhaps the same, by a function of each trial's own.

    A trial whose function has no emitted code, None, is left alone.
    """

    def __init__(self, functions: Sequence[tuple[str, tuple[float, ...]] | None], z: Tensor, y: Tensor) -> None:
        self.z, self.y = z, y
        self.codes = torch.zeros(len(functions), dtype=torch.int64)
        self.numbers = z.new_zeros(len(functions), MOST_NUMBERS)
        for t, function in enumerate(functions):
            if function is not None:
                name, numbers = function
                self.codes[t] = 1 + list(NATIVE_ACTIVATIONS).index(name)
                self.numbers[t, : len(numbers)] = torch.tensor(numbers)


class Products:
    """Products of T trials' contiguous matrices, written into buffers; rows are multiples of `LANES`, see `flat`."""

    def __init__(self, dtype: torch.dtype, target: Target) -> None:
        self._code = Code(emit_products(target, SCALARS[dtype]), dtype, _ARGUMENTS)
        self._tile = COLUMNS * target.bits // (8 * dtype.itemsize)
        self._scratch = torch.zeros(0, dtype=dtype)
        self._nothing = Activations((), self._scratch, self._scratch)

    def forward(
        self, z: Tensor, weight: Tensor, bias: Tensor, x: Tensor, pick: Tensor, then: Activations | None = None
    ) -> None:
        """To z `[T, O, B]`: bias `[T, O, 1]` + weight `[T, O, I]` x[pick], x `[S, I, B]`, pick `[T]` places in it.

        And on to the activations of z, if there are any.
        """
        then = then or self._none(z)
        pointers = (tensor.data_ptr() for tensor in (z, weight, bias, x, pick, then.codes, then.numbers, then.y))
        self._code["forward"](*pointers, *weight.shape, z.shape[2])

    def below(self, below: Tensor, weight: Tensor, grad: Tensor, then: Activations | None = None) -> None:
        """To below `[T, I, B]`: weight' grad, of weight `[T, O, I]` and grad `[T, O, B]`.

        And on to the gradient below these activations, if there are any, after their last forward pass.
        """
        then = then or self._none(below)
        tensors = (below, weight, grad, then.codes, then.numbers, then.z, then.y)
        self._code["below"](*(tensor.data_ptr() for tensor in tensors), *weight.shape, grad.shape[2])

    def weight_grad(self, weight_grad: Tensor, bias_grad: Tensor, grad: Tensor, x: Tensor, pick: Tensor) -> None:
        """To `[T, O, I]`: grad `[T, O, B]` x[pick]', and to `[T, O, 1]`: grad summed over B."""
        n_in, B = weight_grad.shape[2], grad.shape[2]
        n_scratch = B * (-(-n_in // self._tile) * self._tile)
        if len(self._scratch) < n_scratch:
            self._scratch = self._scratch.new_zeros(n_scratch)
        pointers = (tensor.data_ptr() for tensor in (weight_grad, bias_grad, grad, x, pick, self._scratch))
        self._code["weight_grad"](*pointers, *weight_grad.shape, B)

    def _none(self, like: Tensor) -> Activations:
        """For as many trials."""
        if len(self._nothing.codes) < len(like):
            self._nothing = Activations([None] * len(like), self._scratch, self._scratch)
        return self._nothing


@cache
def products(dtype: torch.dtype) -> Products:
    """Compiled once per process and type."""
    return Products(dtype, host_target())
