"""The one writer of a run's database: each stack is one transaction, durable when `commit` returns."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from actloss_cli.datasets import Dataset, load, split
from actloss_cli.engine.outcome import METRICS, TrialOutcome
from actloss_cli.plan.plan import Plan, PlannedPairing, TaskFacts
from actloss_cli.plan.protocol import Asked
from actloss_cli.plan.trial import Stack, Trial
from actloss_cli.store.blobs import pack, unpack
from actloss_cli.store.checks import check_version, unreadable
from actloss_cli.store.schema import DATABASE, DDL, SCHEMA_VERSION

_TRIAL_COLUMNS = ("trial", "phase", "seed", "lr", "status", "diverged_epoch", "n_train", "elapsed_s", "message", "spec")
_INSERT_TRIAL = (
    f"INSERT OR REPLACE INTO trials ({', '.join((*_TRIAL_COLUMNS, *METRICS))}) "
    f"VALUES ({', '.join('?' * (len(_TRIAL_COLUMNS) + len(METRICS)))})"
)
IDS_PER_QUERY = 500


class StoreWriter:
    """An open database in a claimed and locked folder."""

    def __init__(self, folder: Path) -> None:
        path = folder / DATABASE
        is_new = not path.exists()
        self._connection = sqlite3.connect(path, isolation_level=None)
        try:
            self._connection.execute("PRAGMA journal_mode = DELETE")
            self._connection.execute("PRAGMA synchronous = FULL")
            if is_new:
                self._create()
            check_version(self._connection, path)
        except sqlite3.DatabaseError as damage:
            self._connection.close()
            raise unreadable(path, damage) from damage
        self._asked: dict[str, Asked] = {}

    def __enter__(self) -> "StoreWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self.flush()
        self._connection.close()

    def put_plan(self, plan: Plan) -> None:
        """Makes this the plan in force: its tasks and pairings, nothing asked yet. Trials of other plans stay."""
        with self._transaction() as db:
            for table in ("tasks", "pairings", "asked"):
                db.execute(f"DELETE FROM {table}")
            db.executemany(
                f"INSERT INTO tasks VALUES ({', '.join('?' * 14)})",
                (_task_row(n, facts) for n, facts in enumerate(plan.tasks.values())),
            )
            db.executemany(
                f"INSERT INTO pairings VALUES ({', '.join('?' * 9)})",
                (_pairing_row(n, planned) for n, planned in enumerate(plan.pairings)),
            )

    def set_asked(self, asked: Mapping[str, Asked]) -> None:
        """Notes what each pairing (by id) asks for so far; written with the next commit, or by `flush`."""
        self._asked.update(asked)

    def flush(self) -> None:
        """Writes what is noted."""
        with self._transaction() as db:
            self._write_asked(db)

    def curves_of(self, trial_ids: list[str]) -> dict[str, NDArray[np.float32]]:
        """Validation scores `[E]` of those of these trials that are stored. A crashed trial has none: all NaN."""
        found: dict[str, NDArray[np.float32]] = {}
        for start in range(0, len(trial_ids), IDS_PER_QUERY):
            ids = trial_ids[start : start + IDS_PER_QUERY]
            marks = ", ".join("?" * len(ids))
            rows = self._connection.execute(
                f"SELECT trial, points FROM curves WHERE metric = 'validation_score' AND trial IN ({marks})", ids
            )
            found.update({trial: unpack(points) for trial, points in rows})
        return found

    def commit(self, stack: Stack, outcomes: list[TrialOutcome]) -> None:
        """Stores one stack's outcomes, all or nothing."""
        pairs = list(zip(stack.trials, outcomes, strict=True))
        with self._transaction() as db:
            self._write_asked(db)
            db.executemany(_INSERT_TRIAL, (_trial_row(trial, outcome) for trial, outcome in pairs))
            db.executemany("INSERT OR REPLACE INTO curves VALUES (?, ?, ?)", _curve_rows(pairs))
            db.executemany(
                "INSERT OR REPLACE INTO row_scores VALUES (?, ?)",
                ((t.id, pack(o.row_scores)) for t, o in pairs if o.row_scores is not None),
            )

    def _create(self) -> None:
        self._connection.executescript(f"BEGIN IMMEDIATE;{DDL}COMMIT;")
        with self._transaction() as db:
            db.execute("INSERT INTO meta VALUES ('schema_version', ?)", (str(SCHEMA_VERSION),))

    def _write_asked(self, db: sqlite3.Connection) -> None:
        db.executemany("DELETE FROM asked WHERE pairing_id = ?", ((pairing,) for pairing in self._asked))
        db.executemany(
            "INSERT INTO asked VALUES (?, ?)",
            ((pairing, trial.id) for pairing, asked in self._asked.items() for trial in asked.trials),
        )
        db.executemany(
            "UPDATE pairings SET n_later = ? WHERE pairing_id = ?",
            ((asked.later, pairing) for pairing, asked in self._asked.items()),
        )
        self._asked = {}

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")


def _trial_row(trial: Trial, outcome: TrialOutcome) -> Sequence[object]:
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
        json.dumps(trial.spec, sort_keys=True),
        *(outcome.metrics.get(name) for name in METRICS),
    )


def _curve_rows(pairs: Iterable[tuple[Trial, TrialOutcome]]) -> Iterator[tuple[str, str, bytes]]:
    for trial, outcome in pairs:
        curves = outcome.curves or {"validation_score": np.full(trial.task.training.epochs, np.nan, np.float32)}
        for metric, points in curves.items():
            yield trial.id, metric, pack(points)


def _task_row(position: int, facts: TaskFacts) -> Sequence[object]:
    task = facts.task
    dataset: Dataset = load(task.dataset, task.kind)
    rows = split(dataset, "tune", 0)
    n_train = len(rows.y_train)
    strata = rows.y_test if facts.n_classes else np.zeros(len(rows.y_test))
    return (
        task.label,
        position,
        task.kind,
        task.dataset.name,
        facts.n_classes,
        facts.floor,
        n_train,
        len(rows.y_validation),
        len(rows.y_test),
        task.seeds.tune,
        task.seeds.final,
        task.training.epochs,
        -(-n_train // task.training.batch_size),
        pack(strata.astype(np.float32)),
    )


def _pairing_row(position: int, planned: PlannedPairing) -> Sequence[object]:
    pairing = planned.pairing
    n_later = 0 if planned.invalid else planned.facts.task.seeds.final
    labels = (pairing.activation.label, pairing.output.label, pairing.loss.label, pairing.optimizer.label)
    return (planned.id, position, planned.facts.task.label, *labels, planned.invalid, n_later)
