"""Targets in words: their values, range and type, and what torch raised on them."""

import torch
from torch import Tensor

from actloss_cli.checking.findings import Finding, Level
from actloss_cli.checking.head import Head

MOST_CLASSES = 20
"""More different whole numbers than that are hardly class indices."""


def values_of(target: Tensor) -> set[float]:
    """The different values, where there are few; else more of them than are allowed."""
    found: Tensor = torch.unique(target.detach().double())
    return set(found[: 10 * MOST_CLASSES].tolist())


def listed(values: set[float]) -> str:
    """`-1, 0, 1 ..`."""
    shown = sorted(values)
    return ", ".join(f"{value:g}" for value in shown[:4]) + (" .." if shown[4:] else "")


def range_of(target: Tensor) -> str:
    """`from -1 to 1`."""
    return f"from {float(target.min()):.3g} to {float(target.max()):.3g}"


def dtype_of(tensor: Tensor) -> str:
    """`torch.int64`."""
    return str(tensor.dtype)


def raised_by(head: Head) -> str:
    """What torch raised on them; "" if it did not."""
    if head.op is None or head.op.error is None:
        return ""
    return "PyTorch: " + " ".join(str(head.op.error).split())[:200]


def looks_like_classes(target: Tensor) -> bool:
    """Integers, or the whole numbers from 0 on without a gap."""
    values = values_of(target)
    return not target.is_floating_point() or values == set(map(float, range(len(values))))


def dtype_finding(head: Head, target: Tensor, wanted: str, fix: str) -> Finding:
    """The fault, with the cast that mends it."""
    return Finding(
        level=Level.ERROR,
        rule="target-dtype",
        where=head.loss_label,
        sentence=f"{head.loss_label} takes {wanted}, these targets are {dtype_of(target)}",
        evidence=raised_by(head),
        fix=f"targets = {fix}",
    )
