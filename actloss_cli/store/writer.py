"""The one writer of a run's database: each stack is one transaction, durable when `commit` returns."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from actloss_cli.datasets import Dataset, load, split
from actloss_cli.engine.outcome import METRICS, TrialOutcome
from actloss_cli.plan.foretold import foretell
from actloss_cli.plan.plan import Plan, PlannedPairing, TaskFacts
from actloss_cli.plan.protocol import Asked
from actloss_cli.plan.trial import Stack, Trial, Way
from actloss_cli.store.blobs import pack, unpack
from actloss_cli.store.checks import check_version, unwritable
from actloss_cli.store.schema import DATABASE, DDL, PLAN_DDL, PLAN_TABLES, SCHEMA_VERSION
from actloss_cli.theory.frozen import Frozen

_TRIAL_COLUMNS = (
    *("trial", "phase", "seed", "lr", "status", "diverged_epoch"),
    *("n_train", "elapsed_s", "message", "way", "spec"),
)
_INSERT_TRIAL = (
    f"INSERT OR REPLACE INTO trials ({', '.join((*_TRIAL_COLUMNS, *METRICS))}) "
    f"VALUES ({', '.join('?' * (len(_TRIAL_COLUMNS) + len(METRICS)))})"
)
IDS_PER_QUERY = 500
PATIENCE_S = 600
"""How long a transaction waits for readers: one that is slow, or a copy being made, must not end a run."""


class StoreWriter:
    """An open database in a claimed and locked folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / DATABASE
        self._asked: dict[str, Asked] = {}
        try:
            self._connection = sqlite3.connect(self._path, isolation_level=None, timeout=PATIENCE_S)
        except sqlite3.OperationalError as refusal:
            raise unwritable(self._path, refusal) from refusal
        try:
            self._prepare()
        except sqlite3.DatabaseError as refusal:
            self._connection.close()
            raise unwritable(self._path, refusal) from refusal
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> "StoreWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:  # Writing after a failure could fail as well, and hide the cause.
                self.flush()
        finally:
            self._connection.close()

    def draft_plan(self, plan: Plan) -> None:
        """Begins a plan of these tasks and pairings, nothing asked yet; readers see the old one until `put_in_force`.

        What is asked is noted in the draft, which lives in temporary tables: they hide the lasting ones of their names.
        """
        self._connection.executescript(PLAN_DDL.replace("CREATE TABLE", "CREATE TEMP TABLE"))
        with self._transaction() as db:
            db.execute("INSERT INTO settings VALUES ('thresholds', ?)", (json.dumps(asdict(plan.thresholds)),))
            db.executemany(
                f"INSERT INTO tasks VALUES ({', '.join('?' * 15)})",
                (_task_row(n, facts) for n, facts in enumerate(plan.tasks.values())),
            )
            pairings = zip(plan.pairings, foretell(plan), strict=True)
            db.executemany(
                f"INSERT INTO pairings VALUES ({', '.join('?' * 10)})",
                (_pairing_row(n, planned, theory) for n, (planned, theory) in enumerate(pairings)),
            )

    def put_in_force(self) -> None:
        """Makes the draft, with all that is noted, the plan that readers see. Trials of other plans stay."""
        with self._transaction() as db:
            self._write_asked(db)
            for table in PLAN_TABLES:
                db.execute(f"DELETE FROM main.{table}")
                db.execute(f"INSERT INTO main.{table} SELECT * FROM temp.{table}")
                db.execute(f"DROP TABLE temp.{table}")

    def set_asked(self, asked: Mapping[str, Asked]) -> None:
        """Notes what each pairing (by id) asks for so far; written with the next commit, or by `flush`."""
        self._asked.update(asked)

    def flush(self) -> None:
        """Writes what is noted."""
        with self._transaction() as db:
            self._write_asked(db)

    def curves_of(self, trial_ids: list[str]) -> dict[str, NDArray[np.float32]]:
        """Validation scores `[E]` of those of these trials that trained to an end; what crashed counts as missing."""
        found: dict[str, NDArray[np.float32]] = {}
        for start in range(0, len(trial_ids), IDS_PER_QUERY):
            ids = trial_ids[start : start + IDS_PER_QUERY]
            marks = ", ".join("?" * len(ids))
            rows = self._connection.execute(
                "SELECT trial, points FROM curves JOIN trials USING (trial) WHERE metric = 'validation_score' "
                f"AND status IN ('done', 'diverged') AND trial IN ({marks})",
                ids,
            )
            found.update({trial: unpack(points) for trial, points in rows})
        return found

    def commit(self, stack: Stack, outcomes: list[TrialOutcome]) -> None:
        """Stores one stack's outcomes, all or nothing."""
        pairs = list(zip(stack.trials, outcomes, strict=True))
        with self._transaction() as db:
            self._write_asked(db)
            db.executemany(_INSERT_TRIAL, (_trial_row(trial, outcome, stack.way) for trial, outcome in pairs))
            db.executemany("INSERT OR REPLACE INTO curves VALUES (?, ?, ?)", _curve_rows(pairs))
            rows = ((t.id, pack(o.row_scores)) for t, o in pairs if o.row_scores is not None)
            db.executemany("INSERT OR REPLACE INTO row_scores VALUES (?, ?)", rows)
            diagnostics = ((t.id, pack(o.diagnostics)) for t, o in pairs if o.diagnostics is not None)
            db.executemany("INSERT OR REPLACE INTO diagnostics VALUES (?, ?)", diagnostics)

    def _prepare(self) -> None:
        db = self._connection
        db.execute("PRAGMA journal_mode = DELETE")
        db.execute("PRAGMA synchronous = FULL")
        # An empty database is what a run leaves that was killed before its first commit.
        if db.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
            version = f"INSERT INTO meta VALUES ('schema_version', '{SCHEMA_VERSION}');"
            db.executescript(f"BEGIN IMMEDIATE;{DDL}{version}COMMIT;")
        check_version(db, self._path)

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
        """All or nothing; raises `UserError` if the database can't be written."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection
            self._connection.execute("COMMIT")
        except sqlite3.OperationalError as refusal:
            self._roll_back()
            raise unwritable(self._path, refusal) from refusal
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        """SQLite has done so already after some errors; what it can't do now, the next opening does."""
        if self._connection.in_transaction:
            with suppress(sqlite3.OperationalError):
                self._connection.execute("ROLLBACK")


def _trial_row(trial: Trial, outcome: TrialOutcome, way: Way) -> Sequence[object]:
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
        len(task.model.hidden),
        pack(strata.astype(np.float32)),
    )


def _pairing_row(position: int, planned: PlannedPairing, theory: Frozen) -> Sequence[object]:
    pairing = planned.pairing
    n_later = 0 if planned.invalid else planned.facts.task.seeds.final
    labels = (pairing.activation.label, pairing.output.label, pairing.loss.label, pairing.optimizer.label)
    task = planned.facts.task.label
    return (planned.id, position, task, *labels, planned.invalid, theory.to_json(), n_later)
