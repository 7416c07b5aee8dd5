"""All parameters of a stack in one buffer, so that an optimizer's update is a handful of operations on it.

The buffer is laid out block by block, a block `[T, ...]` being one layer's weights or biases of all its trials. It ends
in spare elements: vectorised kernels fall back to scalar code, with other rounding, in the last few elements of a
run, and no trial's parameters may be there.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

LANES = 32
"""Elements that a vectorised kernel takes per turn, at most: two AVX-512 registers of float32."""


def pad_to_lanes(n: int) -> int:
    """The next multiple of `LANES`."""
    return -(-n // LANES) * LANES


@dataclass(frozen=True)
class Block:
    """Where one layer's parameters lie; `shape` is `[T', O, I]` for the trials `first` to `first + T'`."""

    offset: int
    first: int
    shape: tuple[int, ...]
    is_vector: bool
    """Whether torch's own layer has a vector here (a bias), which the stack keeps as `[T', O, 1]`."""

    def view(self, flat: Tensor) -> Tensor:
        """This block's part of a flat buffer, `shape`."""
        return flat[self.offset : self.offset + math.prod(self.shape)].view(self.shape)

    def tensors(self, flat: Tensor) -> Tensor:
        """The same with the dimensions that torch's own layer has: matrices `[T', O, I]`, vectors `[T', O]`."""
        return self.view(flat).flatten(1) if self.is_vector else self.view(flat)

    @property
    def trials(self) -> slice:
        """The trials that have this block."""
        return slice(self.first, self.first + self.shape[0])


class FlatLayout:
    """Hands out blocks, then makes buffers that have all of them."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._used = 0

    def add(self, shape: tuple[int, ...], first: int = 0, *, is_vector: bool = False) -> Block:
        """Reserves a block for the trials from `first` on."""
        block = Block(self._used, first, shape, is_vector)
        self.blocks.append(block)
        self._used += math.prod(shape)
        return block

    def zeros(self, dtype: torch.dtype, device: torch.device) -> Tensor:
        """A buffer `[n]` of zeros with room for every block."""
        return torch.zeros(pad_to_lanes(self._used), dtype=dtype, device=device)

    def spread(self, per_trial: Tensor) -> Tensor:
        """A value per trial `[T]` to a buffer `[n]` that holds it at each of the trial's parameters."""
        flat = self.zeros(per_trial.dtype, per_trial.device)
        for block in self.blocks:
            view = block.view(flat)
            view.copy_(per_trial[block.trials].view(-1, *[1] * (view.ndim - 1)).expand_as(view))
        return flat

    def clear(self, flat: Tensor, trials: Sequence[int]) -> None:
        """Sets these trials' elements to zero in place."""
        for block in self.blocks:
            inside = [trial - block.first for trial in trials if 0 <= trial - block.first < block.shape[0]]
            block.view(flat)[inside] = 0
