"""Whether the plain loop gives what is stored of a trial, and how far rounding alone moves that. Trains."""

import math
from dataclasses import dataclass

import torch

from actloss_cli.datasets import Dataset
from actloss_cli.engine.plain import PlainTraining
from actloss_cli.plan.trial import Trial
from actloss_cli.store.one_trial import StoredTrial

TOLERANCE = 1e-5
NUDGE = 1e-7
"""By which share initial weights are changed: about their last bit."""
_NUDGED_RUNS = 3


@dataclass(frozen=True)
class Ending:
    """How a training ended: with a score, or without one in the epoch in which it turned non-finite."""

    score: float
    diverged_epoch: int | None

    def is_like(self, other: "Ending") -> bool:
        """The same score within 1e-5, or divergence in the same epoch."""
        if self.diverged_epoch or other.diverged_epoch:
            return self.diverged_epoch == other.diverged_epoch
        return abs(self.score - other.score) <= TOLERANCE

    def __str__(self) -> str:
        """`0.9312345`, or `diverged in epoch 3`."""
        return f"diverged in epoch {self.diverged_epoch}" if self.diverged_epoch else f"{self.score:.7f}"


@dataclass(frozen=True)
class Reproduction:
    """What the plain loop gives, and, where that isn't what is stored, what it gives when numbers round otherwise."""

    stored: Ending
    plain: Ending
    rounded_otherwise: tuple[Ending, ...] = ()
    """From initial weights changed in their last bits, then in double precision."""

    @property
    def holds(self) -> bool:
        """Whether the plain loop gives what is stored."""
        return self.plain.is_like(self.stored)

    @property
    def hangs_on_rounding(self) -> bool:
        """Whether that shows in the ending."""
        return not all(ending.is_like(self.plain) for ending in self.rounded_otherwise)


def stored_ending(stored: StoredTrial) -> Ending:
    """How the stored training ended."""
    return Ending(stored.score, stored.diverged_epoch)


def reproduce(stored: StoredTrial, dataset: Dataset) -> Reproduction:
    """Trains by the plain loop, and a few times more with other rounding if that ends otherwise than is stored."""
    plain = _train(stored.trial, dataset)
    found = Reproduction(stored_ending(stored), plain)
    if found.holds:
        return found
    nudged = [_train(stored.trial, dataset, nudge=seed) for seed in range(1, _NUDGED_RUNS + 1)]
    # Nudges die out where a training contracts, though each of its steps may round much: near a pole of the loss, say.
    return Reproduction(found.stored, plain, (*nudged, _train(stored.trial, dataset, dtype=torch.float64)))


def _train(trial: Trial, dataset: Dataset, nudge: int = 0, dtype: torch.dtype = torch.float32) -> Ending:
    """From the trial's own weights, or each changed by 1e-7 of itself, up or down as a stream of that number says."""
    training = PlainTraining(trial, dataset, dtype=dtype)
    if nudge:
        generator = torch.Generator().manual_seed(nudge)
        with torch.no_grad():
            for parameter in training.model.parameters():
                signs = 2.0 * torch.randint(2, parameter.shape, generator=generator) - 1
                parameter.mul_(1 + NUDGE * signs)
    outcome = training.run()
    return Ending(outcome.metrics.get("score", math.nan), outcome.diverged_epoch)
