"""Reads a run into memory, read-only, while another process may be writing it. Nothing here trains or draws."""

import json
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from actloss_cli.engine.diagnostic_names import diagnostic_epochs, diagnostic_names
from actloss_cli.engine.outcome import METRICS
from actloss_cli.errors import UserError
from actloss_cli.plan.thresholds import Thresholds
from actloss_cli.store.blobs import unpack
from actloss_cli.store.checks import check_rows, check_version, unreadable
from actloss_cli.store.data import RunData
from actloss_cli.store.predictions import FrozenPredictions, are_attested, read_predictions
from actloss_cli.store.schema import DATABASE
from actloss_cli.store.settings import read_sessions
from actloss_cli.theory.frozen import read_frozen
from actloss_cli.theory.predict import Prediction

_PAIRINGS = """
    SELECT p.*, q.verdict, q.rule, q.reason FROM pairings p LEFT JOIN predictions q USING (predicted_as)
    ORDER BY p.position
"""
_PREDICTION = ["verdict", "rule", "reason"]
_ASKED = """
    SELECT a.pairing_id, t.* FROM asked a JOIN trials t USING (trial)
    ORDER BY a.pairing_id, t.phase DESC, t.lr, t.seed
"""
_VALIDATION_CURVES = """
    SELECT trial, points FROM curves WHERE metric = 'validation_score' AND trial IN (SELECT trial FROM asked)
"""
_ROW_SCORES = "SELECT trial, points FROM row_scores WHERE trial IN (SELECT trial FROM asked)"
_DIAGNOSTICS = """
    SELECT trial, points, hidden, epochs FROM diagnostics
    JOIN (
        SELECT DISTINCT trial, hidden, epochs FROM asked
        JOIN pairings USING (pairing_id) JOIN tasks USING (task)
    ) USING (trial)
"""
_THRESHOLDS = "SELECT value FROM settings WHERE key = 'thresholds'"
_NUMBERS = {"seed": "int64", "n_train": "int64"} | dict.fromkeys(
    ("lr", "diverged_epoch", "elapsed_s", *METRICS), "float64"
)
"""Said, since a column without a number, such as any of a run just begun, would be read as one of objects."""


def read_run(folder: Path) -> RunData:
    """Everything that analysis needs of one run; raises if the database is damaged or of another schema."""
    with _damage_named(folder) as path:
        with _open(path) as db:
            db.execute("BEGIN")  # One consistent state, whatever is written meanwhile.
            check_rows(db, path)
            tasks = pd.read_sql("SELECT * FROM tasks ORDER BY position", db, index_col="task")
            pairings = pd.read_sql(_PAIRINGS, db, index_col="pairing_id")
            trials = pd.read_sql(_ASKED, db, index_col="trial", dtype=_NUMBERS)
            curves = db.execute(_VALIDATION_CURVES).fetchall()
            rows = db.execute(_ROW_SCORES).fetchall()
            diagnostics = db.execute(_DIAGNOSTICS).fetchall()
            thresholds = db.execute(_THRESHOLDS).fetchone()
            predictions = read_predictions(db)
            n_missing = _count_missing(db)
        # The writer waits for readers, so unpacking comes after the transaction.
        trials["test_score"] = trials["score"].where(trials["phase"] == "final")
        return RunData(
            name=folder.resolve().name,
            path=str(folder),
            tasks=tasks.drop(columns=["strata", "position", "crc"]),
            pairings=pairings.drop(columns=["position", "n_later", "predicted_as", "crc", *_PREDICTION]).assign(
                theory=_theory(pairings)
            ),
            trials=trials.drop(columns=["spec", "n_parts", "crc"]),
            validation_score=_validation_scores(dict(curves), trials.index, max(tasks["epochs"], default=0)),
            strata={str(task): unpack(blob).astype(np.int64) for task, blob in tasks["strata"].items()},
            row_scores={trial: unpack(points) for trial, points in rows},
            diagnostics={trial: _points(*stored) for trial, *stored in diagnostics},
            # a run that was stopped before its first plan has none
            thresholds=_thresholds(thresholds[0]) if thresholds else Thresholds(),
            n_missing=n_missing,
            predictions=predictions,
            is_attested=_are_attested(folder, predictions),
        )


def read_curves(folder: Path) -> pd.DataFrame:
    """Every curve in long form: trial, epoch, step, metric, value; steps are optimizer updates."""
    query = """
        SELECT c.trial, c.metric, c.points, k.steps_per_epoch FROM curves c
        JOIN (
            SELECT DISTINCT trial, steps_per_epoch FROM asked
            JOIN pairings USING (pairing_id) JOIN tasks USING (task)
        ) k USING (trial) ORDER BY c.trial, c.metric
    """
    with _damage_named(folder) as path:
        with _open(path) as db:
            db.execute("BEGIN")
            check_rows(db, path)
            rows = db.execute(query).fetchall()
        curves = [unpack(points) for _, _, points, _ in rows]
    lengths = [len(curve) for curve in curves]
    epoch = np.concatenate([np.arange(1, n + 1) for n in lengths]) if rows else np.empty(0, np.int64)
    return pd.DataFrame(
        {
            "trial": np.repeat([row[0] for row in rows], lengths),
            "epoch": epoch,
            "step": epoch * np.repeat([row[3] for row in rows], lengths),
            "metric": np.repeat([row[1] for row in rows], lengths),
            "value": np.concatenate(curves) if rows else np.empty(0, np.float32),
        }
    )


@contextmanager
def _damage_named(folder: Path) -> Iterator[Path]:
    """The database's path; what SQLite, pandas or zlib refuse, or is not as we store it, becomes the user's error."""
    path = folder / DATABASE
    try:
        yield path
    except pd.errors.DatabaseError as wrapped:
        raise unreadable(path, wrapped.__cause__ or wrapped) from wrapped
    except (sqlite3.DatabaseError, zlib.error, ValueError, TypeError, KeyError) as damage:
        raise unreadable(path, damage) from damage


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
        check_version(db, path)
        yield db


def _are_attested(folder: Path, predictions: FrozenPredictions) -> bool:
    """Provenance that can't be read attests to nothing, and costs the reader of results nothing else."""
    try:
        return are_attested(predictions, read_sessions(folder))
    except UserError:
        return False


def _theory(pairings: pd.DataFrame) -> "pd.Series[Any]":
    """What was frozen of each; raises ValueError where there is no prediction."""
    if pairings["verdict"].isna().any():
        raise ValueError("a pairing lacks its prediction")
    predictions = map(Prediction, *(pairings[name] for name in _PREDICTION))
    found = [read_frozen(text, prediction) for text, prediction in zip(pairings["theory"], predictions, strict=True)]
    return pd.Series(found, pairings.index, dtype="object")


def _validation_scores(curves: Mapping[str, bytes], trials: pd.Index, n_epochs: int) -> NDArray[np.float32]:
    """`[T, E]` in the order of `trials`; shorter budgets are padded with NaN."""
    scores = np.full((len(trials), n_epochs), np.nan, np.float32)
    for place, trial in enumerate(trials):
        curve = unpack(curves[trial])
        scores[place, : len(curve)] = curve
    return scores


def _thresholds(text: str) -> Thresholds:
    """Raises ValueError or TypeError for what is none."""
    found = json.loads(text)
    if not all(isinstance(value, int | float) for value in found.values()):
        raise ValueError("the thresholds are no numbers")
    return Thresholds(**found)


def _points(blob: bytes, n_hidden: int, epochs: int) -> NDArray[np.float32]:
    """Stored diagnostics to `[K, M]`."""
    return unpack(blob).reshape(len(diagnostic_epochs(epochs)), len(diagnostic_names(n_hidden)))


def _count_missing(db: sqlite3.Connection) -> int:
    """Trials asked for and not there, and those that pairings will ask for later, at the least."""
    (unseen,) = db.execute("SELECT count(*) FROM asked WHERE trial NOT IN (SELECT trial FROM trials)").fetchone()
    (later,) = db.execute("SELECT coalesce(sum(n_later), 0) FROM pairings").fetchone()
    return int(unseen) + int(later)
