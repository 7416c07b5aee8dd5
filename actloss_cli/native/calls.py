"""What calling emitted code on tensors has in common."""

import ctypes
from collections.abc import Mapping
from typing import Any

import torch
from llvmlite import ir
from torch import Tensor

from actloss_cli.native.machine import compile_module

MULTIPLE = 32
"""Numbers per array come in multiples of this, which holds the lanes of every processor."""
CTYPES = {torch.float32: ctypes.c_float, torch.float64: ctypes.c_double}
SCALARS = {torch.float32: ir.FloatType(), torch.float64: ir.DoubleType()}


class Code:
    """Functions of a module, which take pointers, sizes, numbers, in this order."""

    def __init__(self, module: ir.Module, dtype: torch.dtype, arguments: Mapping[str, tuple[int, int, int]]) -> None:
        self._engine = compile_module(module)  # the code lives as long as this does
        self._functions = {
            name: ctypes.CFUNCTYPE(
                None, *[ctypes.c_void_p] * n_pointers, *[ctypes.c_int64] * n_sizes, *[CTYPES[dtype]] * n_numbers
            )(self._engine.get_function_address(name))
            for name, (n_pointers, n_sizes, n_numbers) in arguments.items()
        }

    def __getitem__(self, name: str) -> Any:
        return self._functions[name]


def fit(*tensors: Tensor) -> bool:
    """Whether emitted code can go through them side by side: on a CPU, alike, in whole vectors."""
    first = tensors[0]
    return (
        first.device.type == "cpu"
        and first.dtype in SCALARS
        and first.numel() % MULTIPLE == 0
        and all(t.is_contiguous() and t.dtype == first.dtype and t.numel() == first.numel() for t in tensors)
    )
