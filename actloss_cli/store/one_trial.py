"""Reads one trial of a run whole: what decides its numbers, and what it reported. Finds it by id or by pairing."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from actloss_cli.config.schema import TaskHead
from actloss_cli.config.task_data import dataset_ref
from actloss_cli.config.task_names import name_of_section
from actloss_cli.datasets.dataset import DatasetRef
from actloss_cli.errors import ExitCode, user_error
from actloss_cli.plan.trial import Pairing, Task, TrainingSpec, Trial, stored_model
from actloss_cli.store.checks import check_tables, check_version, damaged, unreadable
from actloss_cli.store.checksums import COLUMNS, is_sound
from actloss_cli.store.folder import CONFIG
from actloss_cli.store.heads import stored_choice
from actloss_cli.store.schema import DATABASE
from actloss_cli.store.settings import read_config

_PAIRINGS = "SELECT pairing_id, task, activation, output, loss, optimizer FROM pairings ORDER BY position"
_TRIALS = """
    SELECT t.trial, a.pairing_id, t.phase, t.lr, t.seed FROM asked_trials a JOIN trials t USING (trial)
    ORDER BY a.pairing_id, t.phase, t.lr, t.seed
"""
_ONE = """
    SELECT t.*, p.task, p.activation, p.output, p.loss, p.optimizer
    FROM asked_trials a JOIN trials t USING (trial) JOIN pairings p USING (pairing_id) WHERE t.trial = ? LIMIT 1
"""
_ROLES = ("activation", "output", "loss", "optimizer")


@dataclass(frozen=True)
class TrialName:
    """What tells a trial from the others of its run."""

    id: str
    pairing_id: str
    phase: str
    lr: float
    seed: int


@dataclass(frozen=True)
class StoredTrial:
    """A trial and what it reported."""

    trial: Trial
    status: str
    diverged_epoch: int | None
    score: float
    """NaN where it didn't get to one."""
    message: str
    """What went wrong where it crashed."""


def read_names(folder: Path) -> tuple[Mapping[str, tuple[str, str]], Sequence[TrialName]]:
    """Task and label `relu/sigmoid/bce/adam` by pairing id; and all trials that the plan asks for and that are there.

    Trials come by pairing, finals first, then by learning rate and seed.
    """
    rows = _query(folder, ["pairings"], _PAIRINGS)
    pairings = {row["pairing_id"]: (row["task"], "/".join(row[role] for role in _ROLES)) for row in rows}
    return pairings, [TrialName(*row) for row in _query(folder, ["asked", "trials"], _TRIALS)]


def read_trial(folder: Path, trial_id: str) -> StoredTrial:
    """The trial of that id; raises where the results don't say what it was trained on, or mean something else by it."""
    (row,) = _query(folder, ["pairings"], _ONE, trial_id)
    if not is_sound("trials", [row[column] for column in COLUMNS["trials"]]):
        raise damaged(folder / DATABASE, f"trial {trial_id} doesn't match its checksum")
    try:
        spec = json.loads(row["spec"])
        labels = {role: row[role] for role in _ROLES}
        trial = _trial(spec, row["task"], labels, _dataset(folder, row["task"]))
    except (ValueError, KeyError, TypeError) as damage:
        raise unreadable(folder / DATABASE, damage) from damage
    if foreign := [choice.name for choice in vars(trial.pairing).values() if choice.code]:
        raise user_error(
            f"trial {trial_id} was trained with '{foreign[0]}', which is not actloss's own and is not imported here",
            hint="take a trial of the catalogue's functions",
            code=ExitCode.RESULTS,
        )
    if trial.id != trial_id:
        raise user_error(
            f"the trials in '{folder}' are those of another version of actloss, which gave other numbers",
            hint="use the version of actloss that made them, or run again",
            code=ExitCode.RESULTS,
        )
    score = float("nan") if row["score"] is None else float(row["score"])
    return StoredTrial(trial, row["status"], row["diverged_epoch"], score, row["message"])


def _trial(spec: Mapping[str, Any], label: str, labels: Mapping[str, str], dataset: DatasetRef) -> Trial:
    functions = spec["pairing"]
    task = Task(
        label=label,
        kind=spec["kind"],
        dataset=dataset,
        fingerprint=spec["data"],
        model=stored_model(spec["model"]),
        training=TrainingSpec(**spec["training"]),
    )
    pairing = Pairing(**{role: stored_choice(functions[role], labels[role]) for role in _ROLES})
    return Trial(task, pairing, float(spec["lr"]), spec["phase"], spec["seed"])


def _dataset(folder: Path, task: str) -> DatasetRef:
    """What the run's resolved config says of a task's data; raises where it doesn't."""
    tasks = read_config(folder).get("tasks", [])
    for section in tasks:
        if name_of_section(section) == task:
            try:
                return dataset_ref(TaskHead.model_validate(section).dataset, folder)
            except ValidationError:
                break
    raise user_error(
        f"'{folder / CONFIG}' doesn't say on what data task '{task}' was trained",
        hint="restore it from a copy, or run again",
        code=ExitCode.RESULTS,
    )


def _query(folder: Path, checked: Sequence[str], query: str, *parameters: str) -> list[sqlite3.Row]:
    """The rows that it finds, once every row of the tables `checked` has been held against its checksum."""
    path = folder / DATABASE
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            db.execute("BEGIN")  # One consistent state, whatever is written meanwhile.
            check_version(db, path)
            check_tables(db, path, checked)
            db.row_factory = sqlite3.Row
            return db.execute(query, parameters).fetchall()
    except sqlite3.DatabaseError as damage:
        raise unreadable(path, damage) from damage
