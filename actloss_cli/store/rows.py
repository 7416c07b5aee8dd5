"""Values of the plan to rows of the database's tables, without their checksums."""

import json
from collections.abc import Sequence

import numpy as np

from actloss_cli.datasets import Dataset, load, split
from actloss_cli.plan.plan import PlannedPairing, TaskFacts
from actloss_cli.plan.protocol import Asked
from actloss_cli.store.blobs import pack
from actloss_cli.theory.frozen import Frozen


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
    labels = (pairing.activation.label, pairing.output.label, pairing.loss.label, pairing.optimizer.label)
    task = planned.facts.task.label
    return (planned.id, position, task, *labels, planned.invalid, theory.to_json(), predicted_as)


def asked_row(pairing_id: str, asked: Asked) -> Sequence[object]:
    """Of `asked`."""
    return pairing_id, json.dumps([trial.id for trial in asked.trials]), asked.later


def unasked_row(planned: PlannedPairing) -> Sequence[object]:
    """Of `asked`, for a pairing that has not asked for a trial yet: its finals are sure to come."""
    return asked_row(planned.id, Asked((), (), 0 if planned.invalid else planned.facts.task.seeds.final))
