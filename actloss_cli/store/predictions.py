"""Predictions in the store: each is frozen once, with its time, and no later plan rewrites it; their digest.

A prediction is of what all trials of a pairing on a task have in common. Whatever changes that makes other trials, and
gets a prediction of its own.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from actloss_cli.store.schema import PREDICTIONS_DDL
from actloss_cli.theory.predict import Prediction

_OF_PLAN = """
    SELECT p.pairing_id, q.verdict, q.rule, q.reason, q.frozen
    FROM {schema}.pairings p JOIN {table} q USING (predicted_as) ORDER BY p.pairing_id
"""


@dataclass(frozen=True)
class FrozenPredictions:
    """What provenance says of a plan's predictions."""

    n: int
    n_new: int
    """Of them, frozen with this plan; the others were by an earlier one."""
    frozen: str
    """The latest time of their freezing, UTC."""
    sha256: str
    """Of all of them, in the order of the pairings' ids, as JSON lines [id, verdict, rule, reason, time]."""


def draft_predictions(
    db: sqlite3.Connection, predictions: Iterable[tuple[str, Prediction]], now: str
) -> FrozenPredictions:
    """Puts those, by what they are of, that no earlier plan froze into a temporary table, for the pairings drafted."""
    db.execute(f"CREATE TEMP TABLE {PREDICTIONS_DDL}")
    db.executemany(
        "INSERT OR IGNORE INTO temp.predictions SELECT ?1, ?2, ?3, ?4, ?5, checksum('predictions', ?1, ?2, ?3, ?4, ?5) "
        "WHERE NOT EXISTS (SELECT 1 FROM main.predictions WHERE predicted_as = ?1)",
        ((of, one.verdict, one.rule, one.reason, now) for of, one in predictions),
    )
    either = "(SELECT * FROM main.predictions UNION ALL SELECT * FROM temp.predictions)"
    (n_new,) = db.execute("SELECT count(*) FROM temp.pairings JOIN temp.predictions USING (predicted_as)").fetchone()
    return _record(db.execute(_OF_PLAN.format(schema="temp", table=either)), n_new)


def freeze_predictions(db: sqlite3.Connection) -> None:
    """Makes the drafted ones last."""
    db.execute("INSERT INTO main.predictions SELECT * FROM temp.predictions")
    db.execute("DROP TABLE temp.predictions")


def read_predictions(db: sqlite3.Connection) -> FrozenPredictions:
    """Of the plan in force, as they are stored; none of them is new."""
    return _record(db.execute(_OF_PLAN.format(schema="main", table="main.predictions")), 0)


def are_attested(predictions: FrozenPredictions, sessions: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the provenance of a session, which is written before its first trial, has their digest."""
    return any(session.get("predictions", {}).get("sha256") == predictions.sha256 for session in sessions)


def _record(rows: Iterable[tuple[str, ...]], n_new: int) -> FrozenPredictions:
    digest, n, latest = hashlib.sha256(), 0, ""
    for row in rows:
        digest.update(json.dumps(row).encode() + b"\n")
        n, latest = n + 1, max(latest, row[-1])
    return FrozenPredictions(n, n_new, latest, digest.hexdigest())
