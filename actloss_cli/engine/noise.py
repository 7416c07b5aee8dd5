"""The random numbers of stochastic activations: by (phase, seed, layer, step), never by the pairing."""

from collections.abc import Sequence

import torch
from torch import Tensor

from actloss_cli.plan.trial import Phase
from actloss_cli.seeding import derive_seed


def activation_noise(phase: Phase, seed: int, layer: int, step: int, batch_size: int, width: int) -> Tensor:
    """Uniform numbers in [0, 1), `[batch_size, width]` float32 on the CPU, for the rows of one minibatch in order."""
    generator = torch.Generator().manual_seed(derive_seed(phase, seed, "noise", layer, step))
    return torch.rand(batch_size, width, generator=generator)


class StackedNoise:
    """What each trial's stochastic activations draw; nothing while `step` is None, that is outside training."""

    def __init__(self, phase: Phase, seeds: Sequence[int], batch_size: int) -> None:
        self._phase, self._seeds, self._batch_size = phase, seeds, batch_size
        self.step: int | None = None

    def draw(self, trials: slice, layer: int, like: Tensor) -> Tensor | None:
        """Numbers `[T', H, B]` for these trials, shaped like the activations; 0 in columns beyond the minibatch."""
        if self.step is None:
            return None
        seeds = self._seeds[trials]
        distinct = sorted(set(seeds))
        noise = like.new_zeros(len(distinct), *like.shape[1:])
        for one, seed in zip(noise, distinct, strict=True):
            drawn = activation_noise(self._phase, seed, layer, self.step, self._batch_size, like.shape[1])
            one[:, : self._batch_size] = drawn.T
        return noise[[distinct.index(seed) for seed in seeds]]
