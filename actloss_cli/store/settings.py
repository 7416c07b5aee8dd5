"""Reads how a run was made: its sessions' provenance, its resolved config, what its trials were trained on."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actloss_cli.config.yaml_reader import read_yaml_file
from actloss_cli.errors import UserError
from actloss_cli.store.checks import check_version, unreadable
from actloss_cli.store.folder import CONFIG
from actloss_cli.store.schema import DATABASE
from actloss_cli.store.sessions import damaged_file, read_sessions

_ONE_SPEC = """
    SELECT task, (
        SELECT t.spec FROM pairings p CROSS JOIN asked_trials USING (pairing_id) CROSS JOIN trials t USING (trial)
        WHERE p.task = tasks.task LIMIT 1
    ) FROM tasks ORDER BY position
"""


@dataclass(frozen=True)
class RunSettings:
    """How a run was made; empty where the file that says it is not there."""

    sessions: Sequence[Mapping[str, Any]]
    """The provenance of each that wrote here, oldest first."""
    config: Mapping[str, Any]
    """The resolved one, as YAML has it."""
    specs: Mapping[str, Mapping[str, Any]]
    """For each task that has a trial what all its trials share: meaning, kind, data (the fingerprint), model, ..."""


def read_settings(folder: Path) -> RunSettings:
    """Reads the settings of a run; raises if a file that is there is damaged."""
    return RunSettings(read_sessions(folder), read_config(folder), _specs(folder / DATABASE))


def read_config(folder: Path) -> Mapping[str, Any]:
    """The resolved config of a run, as YAML has it; empty where the file is not there. Raises if it is damaged."""
    return _config(folder / CONFIG)


def read_config_text(folder: Path) -> str:
    """The resolved config of a run, as it was written; "" where the file is not there."""
    path = folder / CONFIG
    try:
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    except OSError as refusal:
        raise damaged_file(path, f"can't be read: {refusal.strerror}") from refusal


def _config(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        document = read_yaml_file(path, path.name)
    except UserError as refusal:
        raise damaged_file(path, refusal.problems[0].message) from refusal
    config = document.value
    tasks = config.get("tasks") if isinstance(config, dict) else None
    if not (isinstance(tasks, list) and all(isinstance(task, dict) and "label" in task for task in tasks)):
        raise damaged_file(path, "it holds no resolved config")
    return dict(config)


def _specs(path: Path) -> dict[str, dict[str, Any]]:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            check_version(db, path)
            rows = db.execute(_ONE_SPEC).fetchall()
        return {task: json.loads(spec) for task, spec in rows if spec is not None}
    except (sqlite3.DatabaseError, ValueError) as damage:
        raise unreadable(path, damage) from damage
