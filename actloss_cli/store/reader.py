"""Reads a run into memory, read-only, while another process may be writing it. Nothing here trains or draws."""

import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from actloss_cli.collecting import without_collecting
from actloss_cli.engine.diagnostic_names import diagnostic_epochs, diagnostic_names
from actloss_cli.errors import UserError
from actloss_cli.plan.thresholds import Thresholds
from actloss_cli.store.blobs import unpack, unpack_all, unpack_metrics
from actloss_cli.store.checks import check_version, unreadable
from actloss_cli.store.data import RunData
from actloss_cli.store.predictions import FrozenPredictions, are_attested, read_predictions
from actloss_cli.store.row_check import checking
from actloss_cli.store.schema import CURVE_COLUMNS, DATABASE, PACKED_METRICS, SHARDS
from actloss_cli.store.sessions import read_sessions
from actloss_cli.store.unpacked import Unpacked
from actloss_cli.theory.frozen import read_frozen
from actloss_cli.theory.predict import Prediction

_PAIRINGS = """
    SELECT p.*, a.trials, a.n_later, q.verdict, q.rule, q.reason
    FROM pairings p LEFT JOIN asked a USING (pairing_id) LEFT JOIN predictions q USING (predicted_as)
    ORDER BY p.position
"""
_PREDICTION = ["verdict", "rule", "reason"]
_NOT_READ = ["position", "trials", "n_later", "predicted_as", "crc", *_PREDICTION]
_COLUMNS = ("phase", "seed", "lr", "status", "diverged_epoch", "n_train", "elapsed_s", "message", "way", "score")
_ARRAYS = (CURVE_COLUMNS["validation_score"], "row_scores", "diagnostics")
# A table as a whole is read in a fraction of the time that looking its rows up takes; few are not asked for.
_TRIALS = f"SELECT trial, {', '.join((*_COLUMNS, 'metrics', *_ARRAYS))} FROM trials"
_SETTING = "SELECT value FROM settings WHERE key = ?"
_NUMBERS = {"seed": "int64", "n_train": "int64"} | dict.fromkeys(
    ("lr", "diverged_epoch", "elapsed_s", "score"), "float64"
)
_TEXTS = frozenset(_COLUMNS) - frozenset(_NUMBERS)
_ROWS_AT_ONCE = 100


@without_collecting()
def read_run(folder: Path) -> RunData:
    """Everything that analysis needs of one run; raises if the database is damaged or of another schema."""
    with _damage_named(folder) as path, _open(path) as db, checking(db, path):
        tasks = pd.read_sql("SELECT * FROM tasks ORDER BY position", db, index_col="task")
        pairings = pd.read_sql(_PAIRINGS, db, index_col="pairing_id")
        stored, blobs = _stored_trials(db)
        thresholds = db.execute(_SETTING, ("thresholds",)).fetchone()
        shards = db.execute(_SETTING, (SHARDS,)).fetchone()
        predictions = read_predictions(db)
        db.execute("COMMIT")  # The writer waits for readers, so unpacking comes after the transaction.
        trials, places, n_asked = _trials_asked(pairings["trials"], stored)
        curves, row_scores, diagnostics = ([*map(of_stored.__getitem__, places)] for of_stored in blobs)
        row_of = {trial: row for row, trial in enumerate(trials.index.tolist())}
        tasks_of = trials["pairing_id"].map(pairings["task"]).tolist()
        return RunData(
            name=folder.resolve().name,
            path=str(folder),
            tasks=tasks.drop(columns=["strata", "position", "crc"]),
            pairings=pairings.drop(columns=_NOT_READ).assign(theory=_theory(pairings)),
            trials=trials,
            validation_score=_validation_scores(curves, max(tasks["epochs"], default=0)),
            strata={str(task): unpack(blob).astype(np.int64) for task, blob in tasks["strata"].items()},
            row_scores=Unpacked(path, row_of, tasks_of, row_scores, _row_score_shapes(tasks)),
            diagnostics=Unpacked(path, row_of, tasks_of, diagnostics, _diagnostics_shapes(tasks)),
            # a run that was stopped before its first plan has none
            thresholds=_thresholds(thresholds[0]) if thresholds else Thresholds(),
            shards=tuple(json.loads(shards[0])) if shards else (),
            n_missing=n_asked - len(trials) + int(pairings["n_later"].sum()),
            predictions=predictions,
            is_attested=_are_attested(folder, predictions),
        )


def read_curves(folder: Path) -> pd.DataFrame:
    """Every curve in long form: trial, epoch, step, metric, value; steps are optimizer updates."""
    names = sorted(CURVE_COLUMNS)
    query = f"""
        SELECT trial, steps_per_epoch, {", ".join(CURVE_COLUMNS[name] for name in names)} FROM trials
        JOIN (
            SELECT DISTINCT trial, steps_per_epoch FROM asked_trials
            JOIN pairings USING (pairing_id) JOIN tasks USING (task)
        ) USING (trial) ORDER BY trial
    """
    with _damage_named(folder) as path:
        with _open(path) as db, checking(db, path):
            rows = [
                (trial, n_steps, name, points)
                for trial, n_steps, *packed in db.execute(query)
                for name, points in zip(names, packed, strict=True)
                if points is not None
            ]
        curves = [unpack(points) for *_, points in rows]
    lengths = [len(curve) for curve in curves]
    epoch = np.concatenate([np.arange(1, n + 1) for n in lengths]) if rows else np.empty(0, np.int64)
    return pd.DataFrame(
        {
            "trial": np.repeat([row[0] for row in rows], lengths),
            "epoch": epoch,
            "step": epoch * np.repeat([row[1] for row in rows], lengths),
            "metric": np.repeat([row[2] for row in rows], lengths),
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
        db.execute("BEGIN")  # One consistent state to check and to read, whatever is written meanwhile.
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


def _stored_trials(db: sqlite3.Connection) -> tuple[pd.DataFrame, Sequence[Sequence[bytes | None]]]:
    """All that are there; and each of `_ARRAYS`, packed as it is, of each of them."""
    ids, *columns, metrics, curves, row_scores, diagnostics = _cells(db.execute(_TRIALS))
    # pandas would look at each cell for what its column is.
    typed = {
        name: pd.array(cells, "str") if name in _TEXTS else np.array(cells, _NUMBERS[name])
        for name, cells in zip(_COLUMNS, columns, strict=True)
    }
    typed |= zip(PACKED_METRICS, unpack_metrics(metrics, len(PACKED_METRICS)).T, strict=True)
    return pd.DataFrame(typed, pd.Index(ids, name="trial", dtype="str")), (curves, row_scores, diagnostics)


def _cells(rows: sqlite3.Cursor) -> list[list[Any]]:
    """Column by column. Of many rows at once Python would keep as many tuples, and search them for garbage."""
    columns: list[list[Any]] = [[] for _ in rows.description]
    while some := rows.fetchmany(_ROWS_AT_ONCE):
        for column, cells in zip(columns, zip(*some, strict=True), strict=True):
            column.extend(cells)
    return columns


def _trials_asked(asked: "pd.Series[str]", stored: pd.DataFrame) -> tuple[pd.DataFrame, list[int], int]:
    """Those asked for that are there, by pairing, tune first, then by rate and seed; each one's row in `stored`.

    And how many are asked for.
    """
    ids = asked.sort_index().map(json.loads)
    row_of = {trial: row for row, trial in enumerate(stored.index.tolist())}
    rows = np.array([row_of.get(trial, -1) for trial in chain.from_iterable(ids)], np.int64)
    is_there = rows >= 0
    pairing = np.repeat(np.arange(len(ids)), np.fromiter(map(len, ids), np.int64))[is_there]
    there = rows[is_there]
    is_final = (stored["phase"] != "tune").to_numpy()
    order = np.lexsort((*(stored[name].to_numpy()[there] for name in ("seed", "lr")), is_final[there], pairing))
    trials = stored.iloc[there[order]]
    trials.insert(0, "pairing_id", ids.index.array[pairing[order]])
    trials["test_score"] = trials["score"].where(trials["phase"] == "final")
    return trials, there[order].tolist(), len(rows)


def _validation_scores(curves: Sequence[bytes | None], n_epochs: int) -> NDArray[np.float32]:
    """`[T, E]`; shorter budgets are padded with NaN. Raises ValueError where a trial has no curve."""
    there = [curve for curve in curves if curve is not None]
    if len(there) < len(curves):
        raise ValueError("a trial lacks its curve")
    scores = np.full((len(curves), n_epochs), np.nan, np.float32)
    values, lengths = unpack_all(there)
    scores[np.arange(n_epochs) < lengths[:, None]] = values
    return scores


def _thresholds(text: str) -> Thresholds:
    """Raises ValueError or TypeError for what is none."""
    found = json.loads(text)
    if not all(isinstance(value, int | float) for value in found.values()):
        raise ValueError("the thresholds are no numbers")
    return Thresholds(**found)


def _row_score_shapes(tasks: pd.DataFrame) -> dict[str, tuple[int]]:
    """By task `[N]`."""
    return {str(task): (n,) for task, n in tasks["n_test"].items()}


def _diagnostics_shapes(tasks: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """By task `[K, M]`."""
    facts = zip(tasks.index, tasks["epochs"], tasks["hidden"], strict=True)
    return {task: (len(diagnostic_epochs(epochs)), len(diagnostic_names(hidden))) for task, epochs, hidden in facts}
