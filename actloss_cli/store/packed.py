"""A trial's outcome as its row of the database, checksum included: workers make it, so that the writer only writes."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from actloss_cli.engine.outcome import CURVES, Status, TrialOutcome
from actloss_cli.plan.trial import Stack, Trial, Way
from actloss_cli.store.blobs import pack, pack_metrics
from actloss_cli.store.checksums import Row, with_checksum
from actloss_cli.store.schema import PACKED_METRICS


@dataclass(frozen=True)
class PackedOutcome:
    """One trial's result. What whoever hands it on asks for, and the rest as it is stored."""

    status: Status
    message: str
    elapsed_s: float
    row: Row
    """Of `trials`."""


Outcome: TypeAlias = TrialOutcome | PackedOutcome


def pack_outcomes(stack: Stack, outcomes: Sequence[Outcome]) -> list[PackedOutcome]:
    """Those of a stack's trials, in order; what is packed stays as it is."""
    return [
        one if isinstance(one, PackedOutcome) else _pack(trial, one, stack.way)
        for trial, one in zip(stack.trials, outcomes, strict=True)
    ]


def _pack(trial: Trial, outcome: TrialOutcome, way: Way) -> PackedOutcome:
    """A trial without curves gets one of NaNs."""
    curves = outcome.curves or {"validation_score": np.full(trial.task.training.epochs, math.nan, np.float32)}
    arrays = (*(curves.get(name) for name in CURVES), outcome.row_scores, outcome.diagnostics)
    cells = (
        trial.id,
        trial.phase,
        trial.seed,
        trial.lr,
        outcome.status,
        outcome.diverged_epoch,
        outcome.n_train,
        outcome.elapsed_s,
        outcome.message,
        way,
        json.dumps(trial.spec, sort_keys=True),
        outcome.metrics.get("score"),
        pack_metrics(outcome.metrics.get(name) for name in PACKED_METRICS),
        *(None if array is None else pack(array) for array in arrays),
    )
    return PackedOutcome(outcome.status, outcome.message, outcome.elapsed_s, with_checksum("trials", cells))
