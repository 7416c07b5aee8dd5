"""Activations that PyTorch is slow at, element by element from z to out, which may be the same tensor; and gradients.

Where emitted code can't go (another device or type, an array that isn't whole vectors) PyTorch's own do it.
"""

from collections.abc import Callable, Mapping
from functools import cache

import torch
from torch import Tensor

from actloss_cli.native.activations_code import NATIVE_ACTIVATIONS
from actloss_cli.native.calls import Code, fit
from actloss_cli.native.machine import host_target
from actloss_cli.native.maps_code import emit_functions

_aten = torch.ops.aten


def apply(name: str, z: Tensor, out: Tensor, *numbers: float) -> Tensor:
    """Writes f(z), good to three units in the last place, into `out`, and gives it.

    The names are those of `NATIVE_ACTIVATIONS`; numbers: leaky_relu its slope below 0; elu what it is multiplied by
    below 0, above 0, and inside the exponential.
    """
    if not _done(name, z, out, numbers):
        _VALUES[name](z, out, *numbers)
    return out


def gradient(name: str, grad: Tensor, saved: Tensor, *numbers: float) -> None:
    """Multiplies grad by f' in place; `saved` is z or f(z), as `NATIVE_ACTIVATIONS` says."""
    if not _done(f"{name}_gradient", grad, saved, numbers):
        _GRADIENTS[name](grad, saved, *numbers)


def _done(name: str, first: Tensor, second: Tensor, numbers: tuple[float, ...]) -> bool:
    if first.dtype != torch.float32 or not fit(first, second):
        return False
    code()[name](first.data_ptr(), second.data_ptr(), first.numel(), *numbers)
    return True


@cache
def code() -> Code:
    """Compiled once per process."""
    arguments = {name: (2, 1, kind.n_numbers) for name, kind in NATIVE_ACTIVATIONS.items()}
    arguments |= {f"{name}_gradient": shape for name, shape in arguments.items()}
    return Code(emit_functions(host_target()), torch.float32, arguments)


_VALUES: Mapping[str, Callable[..., object]] = {
    "identity": lambda z, out: out.copy_(z),
    "relu": lambda z, out: torch.clamp_min(z, 0.0, out=out),
    "leaky_relu": lambda z, out, slope: _aten.leaky_relu.out(z, slope, out=out),
    "elu": lambda z, out, below, above, inside: _aten.elu.out(z, below / above, above, inside, out=out),
    "silu": lambda z, out: _aten.silu.out(z, out=out),
    "tanh": lambda z, out: torch.tanh(z, out=out),
    "sigmoid": lambda z, out: torch.sigmoid(z, out=out),
}
_GRADIENTS: Mapping[str, Callable[..., object]] = {
    "identity": lambda grad, y: grad,
    "relu": lambda grad, y: _aten.threshold_backward.grad_input(grad, y, 0, grad_input=grad),
    "leaky_relu": lambda grad, z, slope: _aten.leaky_relu_backward.grad_input(grad, z, slope, False, grad_input=grad),
    "elu": lambda grad, y, below, above, inside: _aten.elu_backward.grad_input(
        grad, below / above, above, inside, True, y, grad_input=grad
    ),
    "silu": lambda grad, z: _aten.silu_backward.grad_input(grad, z, grad_input=grad),
    "tanh": lambda grad, y: _aten.tanh_backward.grad_input(grad, y, grad_input=grad),
    "sigmoid": lambda grad, y: _aten.sigmoid_backward.grad_input(grad, y, grad_input=grad),
}
