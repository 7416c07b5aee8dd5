"""Reads which functions stand behind a run's labels of outputs and losses, with all their settings."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actloss_cli.catalogue.choice import Choice, Code
from actloss_cli.store.checks import check_version, unreadable
from actloss_cli.store.folder import is_run
from actloss_cli.store.schema import DATABASE

_ONE_OF_EACH = """
    SELECT task, output, loss, (
        SELECT t.spec FROM asked_trials a CROSS JOIN trials t USING (trial)
        WHERE a.pairing_id = first.pairing_id LIMIT 1
    ) FROM (
        SELECT task, output, loss, pairing_id, min(position) AS position FROM pairings WHERE invalid = ''
        GROUP BY task, output, loss
    ) first ORDER BY position
"""
"""SQLite takes the pairing of the least position; CROSS JOIN keeps it from going through all trials first."""


@dataclass(frozen=True)
class Head:
    """The end of a model: what a task, an output and a loss have in common over all pairings."""

    task: str
    output: Choice
    loss: Choice


def read_heads(folder: Path) -> list[Head]:
    """Those whose first pairing has a trial, in the plan's order; none without a run. Raises if it is damaged."""
    if not is_run(folder):
        return []
    path = folder / DATABASE
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            check_version(db, path)
            rows = db.execute(_ONE_OF_EACH).fetchall()
        return [_head(task, output, loss, json.loads(spec)["pairing"]) for task, output, loss, spec in rows if spec]
    except (sqlite3.DatabaseError, ValueError, KeyError, TypeError) as damage:
        raise unreadable(path, damage) from damage


def _head(task: str, output: str, loss: str, functions: Mapping[str, Any]) -> Head:
    return Head(task, stored_choice(functions["output"], output), stored_choice(functions["loss"], loss))


def stored_choice(stored: Sequence[Any], label: str) -> Choice:
    """A function as a stored spec has it, under its label; JSON has no tuples. Its code, if any, is not imported."""
    name, settings, *digest = stored
    overrides = {key: tuple(value) if isinstance(value, list) else value for key, value in settings.items()}
    return Choice.of(name, overrides, label, Code(*digest) if digest else None)
