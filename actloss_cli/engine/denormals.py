"""Denormal numbers count as zero while the engine computes, and only then: the switch belongs to the whole process."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

_DENORMAL = 1e-40
"""Below float32's smallest normal number."""


@contextmanager
def flushed_denormals() -> Iterator[None]:
    """Flushes denormals, which once made an activation's gradient 40 times slower; also serves as a decorator."""
    before = _is_flushing()
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(before)


def _is_flushing() -> bool:
    return bool((torch.tensor(_DENORMAL) * 0.5 == 0).item())
