"""What a hidden layer's units do on the validation rows, counted chunk by chunk while the layer holds them."""

import torch
from torch import Tensor

from actloss_cli.engine import saturation
from actloss_cli.engine.layers import SegmentedActivation
from actloss_cli.native.tallies import tally


class UnitCounts:
    """One layer's counts, exact in any order, and sums of squares over each trial's own numbers.

    `largest_slope` `[T]` is that of each trial's function, NaN where it has none; `scratch` `[n]`, overwritten, has
    room for the layer's values.
    """

    def __init__(self, layer: SegmentedActivation, largest_slope: Tensor, scratch: Tensor) -> None:
        self._layer = layer
        self._if_sloped = torch.where(largest_slope.isnan(), torch.nan, 0.0)
        self._slopes = scratch[: layer.value.numel()].view(layer.value.shape)
        T, H, _ = layer.value.shape
        self._bound = (saturation.FLAT * largest_slope)[:, None].repeat(1, H)
        self._counts, self._squares = scratch.new_zeros(2, T, H), scratch.new_zeros(T)
        """Of rows on which a unit is 0 and of those on which it is flat; sums of squares."""
        self._n = 0

    def clear(self) -> None:
        """Forgets all rows."""
        self._n = 0
        self._counts.zero_()
        self._squares.zero_()

    def add(self, n: int) -> None:
        """Takes the first n rows of the chunk that the layer has just passed on; its backward pass may follow."""
        self._layer.slopes(self._slopes)
        tally(self._layer.value, self._slopes, self._bound, self._counts, self._squares, n)
        self._n += n

    def shares(self) -> dict[str, Tensor]:
        """Each diagnostic of hidden layers by name `[T]`, over all rows since the last `clear`."""
        zeros, flat = self._counts
        return {
            "dead_units": (zeros == self._n).double().mean(1),
            "saturated_units": (flat >= saturation.ROWS * self._n).double().mean(1) + self._if_sloped,
            "zeros": zeros.mean(1) / self._n,
            "activation_rms": (self._squares / (self._n * zeros.shape[1])).sqrt(),
        }
