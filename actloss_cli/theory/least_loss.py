"""The loss that a regression cannot go below: what is left when every target is predicted as well as the output can."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.theory.search import minimise
from actloss_cli.threads import single_thread

N_LEVELS = 301
"""Targets at which the least loss is looked for, evenly apart, and as many with even shares of the targets between."""


@single_thread()
def least_loss(output: Choice, loss: Choice, coded: NDArray[np.float64]) -> float:
    """The mean over coded targets `[N]` of min over z of L(y, z); right to 1e-4 or so of the targets' spread."""
    spec, out = catalogue.loss(loss.name), catalogue.activation(output.name)
    even = np.linspace(coded.min(), coded.max(), N_LEVELS)
    levels = torch.from_numpy(np.union1d(even, np.quantile(coded, np.linspace(0, 1, N_LEVELS))))

    def losses(z: Tensor) -> Tensor:
        """Of points `[P, S, 1]`, one row per level: `[P, S]`."""
        target = levels[:, None].expand(z.shape[:2]).reshape(-1, 1)
        u = out.apply(z.reshape(-1, 1), **output.hyper(out))
        return spec.per_sample(u, target, **loss.hyper(spec)).reshape(z.shape[:2])

    least = losses(minimise(losses, len(levels), 1)[:, None])[:, 0]
    return float(np.interp(coded, levels.numpy(), least.numpy()).mean())
