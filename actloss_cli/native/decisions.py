"""How often decisions fell on the true classes, counted in one pass, where PyTorch takes a dozen."""

from functools import cache

import torch
from torch import Tensor

from actloss_cli.native.calls import MULTIPLE, Code
from actloss_cli.native.decisions_code import emit_decisions
from actloss_cli.native.machine import host_target


def class_counts(u: Tensor, y: Tensor, threshold: float, n_classes: int) -> tuple[Tensor, Tensor] | None:
    """Right decisions, shared where outputs tie, and rows, of each class `[T, K]` float64.

    u `[T, C, N]`: one unit, for class 1 above the threshold, or one per class; y `[T, N]`. None where emitted code
    can't go: it needs the rows of u to be cut from whole vectors.
    """
    if not _fit(u, y):
        return None
    T, C, N = u.shape
    right, total = (torch.zeros(T, n_classes, dtype=torch.float64) for _ in range(2))
    pointers = (tensor.data_ptr() for tensor in (right, total, u, y))
    code()["one_unit" if C == 1 else "per_class"](*pointers, T, C, N, u.stride(1), n_classes, threshold)
    return right, total


def _fit(u: Tensor, y: Tensor) -> bool:
    T, C, _ = u.shape
    ld = u.stride(1)
    return (
        u.device.type == "cpu"
        and u.dtype == torch.float32
        and ld % MULTIPLE == 0
        and u.stride() == (C * ld, ld, 1)
        and u.storage_offset() == 0
        and u.untyped_storage().nbytes() >= T * C * ld * u.itemsize
        and y.dtype == torch.int64
        and y.is_contiguous()
    )


@cache
def code() -> Code:
    """Compiled once per process."""
    arguments = (4, 5, 1)
    return Code(emit_decisions(host_target()), torch.float32, {"one_unit": arguments, "per_class": arguments})
