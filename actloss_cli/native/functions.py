"""Functions that PyTorch is slow at, element by element from z to out, which may be the same tensor; and gradients.

Where emitted code can't go (another device or type, an array that isn't whole vectors) PyTorch's own do it.
"""

from functools import cache

import torch
from torch import Tensor

from actloss_cli.native.calls import Code, fit
from actloss_cli.native.machine import host_target
from actloss_cli.native.maps_code import emit_functions

_aten = torch.ops.aten

_ARGUMENTS = {
    "tanh": (2, 1, 0),
    "sigmoid": (2, 1, 0),
    "silu": (2, 1, 0),
    "elu": (2, 1, 3),
    "silu_gradient": (2, 1, 0),
}


def tanh(z: Tensor, out: Tensor) -> Tensor:
    """To three units in the last place."""
    return out if _filled("tanh", z, out) else torch.tanh(z, out=out)


def sigmoid(z: Tensor, out: Tensor) -> Tensor:
    """1 / (1 + exp(-z))."""
    return out if _filled("sigmoid", z, out) else torch.sigmoid(z, out=out)


def silu(z: Tensor, out: Tensor) -> Tensor:
    """Z / (1 + exp(-z))."""
    if not _filled("silu", z, out):
        _aten.silu.out(z, out=out)
    return out


def elu(z: Tensor, out: Tensor, alpha: float, scale: float, rate: float) -> Tensor:
    """Scale times z where z > 0, else scale alpha (exp(rate z) - 1)."""
    if not _filled("elu", z, out, scale * alpha, scale, rate):
        _aten.elu.out(z, alpha, scale, rate, out=out)
    return out


def silu_gradient(grad: Tensor, z: Tensor) -> None:
    """In place."""
    if not _filled("silu_gradient", grad, z):
        _aten.silu_backward.grad_input(grad, z, grad_input=grad)


def _filled(name: str, z: Tensor, out: Tensor, *numbers: float) -> bool:
    if z.dtype != torch.float32 or not fit(z, out):
        return False
    code()[name](z.data_ptr(), out.data_ptr(), z.numel(), *numbers)
    return True


@cache
def code() -> Code:
    """Compiled once per process."""
    return Code(emit_functions(host_target()), torch.float32, _ARGUMENTS)
