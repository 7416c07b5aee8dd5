"""Each trial's mean loss and its gradient in few passes over memory, where PyTorch takes ten."""

from functools import cache

import torch
from torch import Tensor

from actloss_cli.native.calls import MULTIPLE, Code
from actloss_cli.native.losses_code import NATIVE_LOSSES, emit_loss
from actloss_cli.native.machine import host_target


def means(name: str, u: Tensor, target: Tensor, weights: Tensor, *numbers: float) -> Tensor | None:
    """The loss of that name over the samples of each trial `[T]`, weighed; None where emitted code can't go.

    u `[T, C, B]`; target `[T, C, B]` or, for indices, `[T, B]`; weights `[1, B]` or `[T, B]`.
    """
    if not _fit(name, u, target, weights):
        return None
    found = u.new_empty(len(u))
    _call(name, "mean", (found, u, target, weights), numbers)
    return found


def means_and_gradient(
    name: str, u: Tensor, target: Tensor, weights: Tensor, *numbers: float
) -> tuple[Tensor, Tensor] | None:
    """The same, and the gradient `[T, C, B]` of their sum by u."""
    if not _fit(name, u, target, weights):
        return None
    found, grad = u.new_empty(len(u)), torch.empty_like(u)
    _call(name, "gradient", (found, grad, u, target, weights), numbers)
    return found, grad


def _fit(name: str, u: Tensor, target: Tensor, weights: Tensor) -> bool:
    takes_index = NATIVE_LOSSES[name].takes_index
    return (
        u.device.type == "cpu"
        and u.dtype == weights.dtype == torch.float32
        and u.shape[2] % MULTIPLE == 0
        and target.dtype == (torch.int64 if takes_index else torch.float32)
        and target.shape == (u[:, 0].shape if takes_index else u.shape)
        and all(tensor.is_contiguous() for tensor in (u, target, weights))
    )


def _call(name: str, way: str, arrays: tuple[Tensor, ...], numbers: tuple[float, ...]) -> None:
    *_, u, _, weights = arrays
    step = 0 if len(weights) == 1 else u.shape[2]
    code(name)[way](*(array.data_ptr() for array in arrays), *u.shape, step, *numbers)


@cache
def code(name: str) -> Code:
    """Compiled once per process and loss."""
    n = NATIVE_LOSSES[name].n_numbers
    return Code(emit_loss(host_target(), name), torch.float32, {"mean": (4, 4, n), "gradient": (5, 4, n)})
