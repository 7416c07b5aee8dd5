"""Values of the plan and of outcomes to rows of the database's tables, without their checksums."""

import json
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from actloss_cli.datasets import Dataset, load, split
from actloss_cli.engine.outcome import METRICS, TrialOutcome
from actloss_cli.plan.plan import PlannedPairing, TaskFacts
from actloss_cli.plan.trial import Trial, Way
from actloss_cli.store.blobs import pack
from actloss_cli.theory.frozen import Frozen


def trial_row(trial: Trial, outcome: TrialOutcome, way: Way) -> Sequence[object]:
    """Of `trials`."""
    return (
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
        max(1, len(outcome.curves)) + (outcome.row_scores is not None) + (outcome.diagnostics is not None),
        *(outcome.metrics.get(name) for name in METRICS),
    )


def curve_rows(pairs: Iterable[tuple[Trial, TrialOutcome]]) -> Iterator[tuple[str, str, bytes]]:
    """Of `curves`; a trial without curves gets one of NaNs."""
    for trial, outcome in pairs:
        curves = outcome.curves or {"validation_score": np.full(trial.task.training.epochs, np.nan, np.float32)}
        for metric, points in curves.items():
            yield trial.id, metric, pack(points)


def task_row(position: int, facts: TaskFacts) -> Sequence[object]:
    """Of `tasks`."""
    task = facts.task
    dataset: Dataset = load(task.dataset, task.kind)
    rows = split(dataset, "tune", 0)
    strata = rows.y_test if facts.n_classes else np.zeros(len(rows.y_test))
    return (
        task.label,
        position,
        task.kind,
        task.dataset.name,
        facts.n_classes,
        facts.floor,
        facts.n_train,
        len(rows.y_validation),
        len(rows.y_test),
        task.seeds.tune,
        task.seeds.final,
        task.training.epochs,
        facts.steps_per_epoch,
        task.model.n_hidden,
        pack(strata.astype(np.float32)),
    )


def pairing_row(position: int, planned: PlannedPairing, theory: Frozen, predicted_as: str) -> Sequence[object]:
    """Of `pairings`."""
    pairing = planned.pairing
    n_later = 0 if planned.invalid else planned.facts.task.seeds.final
    labels = (pairing.activation.label, pairing.output.label, pairing.loss.label, pairing.optimizer.label)
    task = planned.facts.task.label
    return (planned.id, position, task, *labels, planned.invalid, theory.to_json(), predicted_as, n_later)
