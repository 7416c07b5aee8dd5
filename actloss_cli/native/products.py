"""The emitted products, compiled for this processor and called on tensors."""

from functools import cache

import torch
from torch import Tensor

from actloss_cli.native.calls import SCALARS, Code
from actloss_cli.native.machine import Target, host_target
from actloss_cli.native.products_code import COLUMNS, emit_products

_ARGUMENTS = {"forward": (5, 4, 0), "below": (3, 4, 0), "weight_grad": (6, 4, 0)}


class Products:
    """Products of T trials' contiguous matrices, written into buffers; rows are multiples of `LANES`, see `flat`."""

    def __init__(self, dtype: torch.dtype, target: Target) -> None:
        self._code = Code(emit_products(target, SCALARS[dtype]), dtype, _ARGUMENTS)
        self._tile = COLUMNS * target.bits // (8 * dtype.itemsize)
        self._scratch = torch.zeros(0, dtype=dtype)

    def forward(self, z: Tensor, weight: Tensor, bias: Tensor, x: Tensor, pick: Tensor) -> None:
        """To z `[T, O, B]`: bias `[T, O, 1]` + weight `[T, O, I]` x[pick], x `[S, I, B]`, pick `[T]` places in it."""
        pointers = (tensor.data_ptr() for tensor in (z, weight, bias, x, pick))
        self._code["forward"](*pointers, *weight.shape, z.shape[2])

    def below(self, below: Tensor, weight: Tensor, grad: Tensor) -> None:
        """To below `[T, I, B]`: weight' grad, of weight `[T, O, I]` and grad `[T, O, B]`."""
        pointers = (tensor.data_ptr() for tensor in (below, weight, grad))
        self._code["below"](*pointers, *weight.shape, grad.shape[2])

    def weight_grad(self, weight_grad: Tensor, bias_grad: Tensor, grad: Tensor, x: Tensor, pick: Tensor) -> None:
        """To `[T, O, I]`: grad `[T, O, B]` x[pick]', and to `[T, O, 1]`: grad summed over B."""
        n_in, B = weight_grad.shape[2], grad.shape[2]
        n_scratch = B * (-(-n_in // self._tile) * self._tile)
        if len(self._scratch) < n_scratch:
            self._scratch = self._scratch.new_zeros(n_scratch)
        pointers = (tensor.data_ptr() for tensor in (weight_grad, bias_grad, grad, x, pick, self._scratch))
        self._code["weight_grad"](*pointers, *weight_grad.shape, B)


@cache
def products(dtype: torch.dtype) -> Products:
    """Compiled once per process and type."""
    return Products(dtype, host_target())
