"""What was measured of one pairing, as arrays on the full product of what was asked for: what is missing shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from actloss_cli.plan.selection import Floats, LrChoice
from actloss_cli.theory.frozen import Frozen


@dataclass(frozen=True)
class TaskFacts:
    """What analysis needs to know of a task."""

    label: str
    kind: str
    n_hidden: int
    """Hidden layers of its models."""
    floor: float
    n_tune: int
    n_final: int
    epochs: int
    steps_per_epoch: int
    strata: NDArray[np.int64]


@dataclass(frozen=True)
class Tuning:
    """The tune trials of a pairing. L learning rates seen, S seeds asked for, E epochs."""

    validation_score: NDArray[np.float32]
    """`[L, S, E]`, NaN for what is not there."""
    n_present: int
    n_missing: int
    """Of the learning rates seen; those not begun can't be known here."""
    n_lost: int
    """Crashed or timed out: missing, not at the floor."""
    n_diverged: NDArray[np.int64]
    """`[L]`"""
    n_failed: NDArray[np.int64]
    """`[L]`: without a result, whatever the reason."""
    choice: LrChoice | None
    """None before the first trial."""


@dataclass(frozen=True)
class Finals:
    """The final trials of a pairing at its chosen learning rate. n seeds asked for, E epochs."""

    trials: NDArray[np.int64]
    """`[n]`: each seed's row in the run's trials; -1 where it is missing, crashed or timed out."""
    score: Floats
    """`[n]`: test scores, at the floor where non-finite or below it; NaN for what is not there."""
    validation_score: Floats
    """`[n, E]`: clipped at the floor; NaN from the epoch on in which a trial turned non-finite."""
    n_missing: int
    n_lost: int
    """Crashed or timed out."""
    n_diverged: int

    @cached_property
    def finished(self) -> NDArray[np.bool_]:
        """`[n]`: the seeds that trained to an end, good or bad."""
        return self.trials >= 0


@dataclass(frozen=True)
class Evidence:
    """All that was measured of one pairing."""

    pairing_id: str
    label: str
    functions: Mapping[str, str]
    """Role to label."""
    invalid: str
    theory: Frozen
    tuning: Tuning
    finals: Finals
