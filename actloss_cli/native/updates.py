"""Steps of optimizers in one pass over memory, where PyTorch takes one per operation."""

from functools import cache

import torch
from torch import Tensor

from actloss_cli.native.calls import SCALARS, Code, fit
from actloss_cli.native.machine import host_target
from actloss_cli.native.maps_code import emit_updates

_ARGUMENTS = {"momentum": (4, 1, 2), "adagrad": (4, 1, 2), "rmsprop": (4, 1, 3), "adam": (5, 1, 6)}


def step(name: str, arrays: tuple[Tensor, ...], *numbers: float) -> bool:
    """Takes a step of `maps_code.emit_updates`, if the arrays fit: parameters, what is kept, gradients, rates."""
    if not fit(*arrays):
        return False
    code(arrays[0].dtype)[name](*(array.data_ptr() for array in arrays), arrays[0].numel(), *numbers)
    return True


@cache
def code(dtype: torch.dtype) -> Code:
    """Compiled once per process and type."""
    return Code(emit_updates(host_target(), SCALARS[dtype]), dtype, _ARGUMENTS)
