"""A trial's outcome as rows of the database, checksums included: workers make them, so that the writer only writes."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from actloss_cli.engine.outcome import METRICS, Status, TrialOutcome
from actloss_cli.plan.trial import Stack, Trial, Way
from actloss_cli.store.blobs import pack
from actloss_cli.store.checksums import Row, with_checksum


@dataclass(frozen=True)
class PackedOutcome:
    """One trial's result. What whoever hands it on asks for, and the rest as it is stored."""

    status: Status
    message: str
    elapsed_s: float
    rows: Sequence[tuple[str, Row]]
    """Each with its table."""


Outcome: TypeAlias = TrialOutcome | PackedOutcome


def pack_outcomes(stack: Stack, outcomes: Sequence[Outcome]) -> list[PackedOutcome]:
    """Those of a stack's trials, in order; what is packed stays as it is."""
    return [
        one if isinstance(one, PackedOutcome) else _pack(trial, one, stack.way)
        for trial, one in zip(stack.trials, outcomes, strict=True)
    ]


def _pack(trial: Trial, outcome: TrialOutcome, way: Way) -> PackedOutcome:
    rows = tuple((table, with_checksum(table, row)) for table, row in _rows(trial, outcome, way))
    return PackedOutcome(outcome.status, outcome.message, outcome.elapsed_s, rows)


def _rows(trial: Trial, outcome: TrialOutcome, way: Way) -> Iterator[tuple[str, Sequence[object]]]:
    """Of a trial, and of what belongs to it; a trial without curves gets one of NaNs."""
    curves = outcome.curves or {"validation_score": np.full(trial.task.training.epochs, math.nan, np.float32)}
    arrays = {"row_scores": outcome.row_scores, "diagnostics": outcome.diagnostics}
    of_trial = [(table, (trial.id, pack(array))) for table, array in arrays.items() if array is not None]
    yield (
        "trials",
        (
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
            len(curves) + len(of_trial),
            *(outcome.metrics.get(name) for name in METRICS),
        ),
    )
    for metric, points in curves.items():
        yield "curves", (trial.id, metric, pack(points))
    yield from of_trial
