"""Counts and sums along the rows of tensors. Where emitted code can't go PyTorch's own operations do it."""

from functools import cache

import torch
from torch import Tensor

from actloss_cli.native.calls import SCALARS, Code, fit
from actloss_cli.native.machine import host_target
from actloss_cli.native.tallies_code import emit_tallies

_ARGUMENTS = {"tally": (6, 4, 0), "squares": (2, 2, 0)}


def tally(value: Tensor, slope: Tensor, bound: Tensor, counts: Tensor, squares: Tensor, n: int) -> None:
    """Of value and slope `[T, H, B]` takes the first n columns, and adds what they hold to two counts and a sum.

    The first of the counts `[2, T, H]` is of values of 0, the second of slopes of a size below the bound `[T, H]`, none
    being below NaN; squares `[T]` sums those of the values.
    """
    if fit(value, slope):
        pointers = (tensor.data_ptr() for tensor in (value, slope, bound, *counts, squares))
        code(value.dtype)["tally"](*pointers, *value.shape, n)
        return
    value, slope = value[:, :, :n], slope[:, :, :n]
    counts[0] += (value == 0).sum(2)
    counts[1] += (slope.abs() < bound[:, :, None]).sum(2)
    squares += value.square().sum((1, 2))


def sums_of_squares(x: Tensor) -> Tensor:
    """Of each trial's numbers, `[T, ..]` to `[T]`, in double precision throughout."""
    if x.device.type != "cpu" or x.dtype not in SCALARS or not x.is_contiguous():
        return x.double().square().flatten(1).sum(1)
    sums = torch.empty(len(x), dtype=torch.float64)
    code(x.dtype)["squares"](x.data_ptr(), sums.data_ptr(), len(x), x[0].numel())
    return sums


@cache
def code(dtype: torch.dtype) -> Code:
    """Compiled once per process and type."""
    return Code(emit_tallies(host_target(), SCALARS[dtype]), dtype, _ARGUMENTS)
