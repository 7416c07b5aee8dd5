"""The one writer of a run's database: stacks are stored in one transaction, durable when `commit` returns."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from actloss_cli.plan.foretold import foretell
from actloss_cli.plan.plan import Plan
from actloss_cli.plan.protocol import Asked
from actloss_cli.plan.trial import Stack, pairing_hash
from actloss_cli.store.blobs import unpack
from actloss_cli.store.checks import check_rows, check_version, damaged, unwritable
from actloss_cli.store.checksums import add_checksum, insert, insert_whole
from actloss_cli.store.folder import PROVENANCE
from actloss_cli.store.packed import Outcome, pack_outcomes
from actloss_cli.store.predictions import FrozenPredictions, draft_predictions, freeze_predictions
from actloss_cli.store.rows import asked_row, pairing_row, task_row, unasked_row
from actloss_cli.store.schema import CURVE_COLUMNS, DATABASE, PLAN_DDL, PLAN_TABLES, SHARDS, create_tables

IDS_PER_QUERY = 500
CACHE_KB = 65_536
"""Of pages: the index of trials by id is written all over, and its pages are to be at hand."""
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

    def draft_plan(self, plan: Plan, now: str) -> FrozenPredictions:
        """Begins a plan of these tasks and pairings, nothing asked yet; readers see the old one until `put_in_force`.

        Gives what is predicted of it: what an earlier plan froze as it was, the rest with `now` as its time.
        What is asked is noted in the draft, which lives in temporary tables: they hide the lasting ones of their names.
        """
        self._connection.executescript(PLAN_DDL.replace("CREATE TABLE", "CREATE TEMP TABLE"))
        with self._transaction() as db:
            db.execute(insert("settings"), ("thresholds", json.dumps(asdict(plan.thresholds))))
            if plan.shard:
                db.execute(insert("settings"), (SHARDS, json.dumps([str(plan.shard)])))
            db.executemany(insert("tasks"), (task_row(n, facts) for n, facts in enumerate(plan.tasks.values())))
            foretold = tuple(foretell(plan))
            hashes = [pairing_hash(planned.facts.task, planned.pairing) for planned in plan.pairings]
            rows = zip(plan.pairings, foretold, hashes, strict=True)
            db.executemany(insert("pairings"), (pairing_row(n, *row) for n, row in enumerate(rows)))
            db.executemany(insert("asked"), map(unasked_row, plan.pairings))
            predictions = (theory.prediction for theory in foretold)
            return draft_predictions(db, zip(hashes, predictions, strict=True), now)

    def put_in_force(self) -> None:
        """Makes the draft, with all that is noted, the plan that readers see. Trials of other plans stay."""
        with self._transaction() as db:
            self._write_asked(db)
            for table in PLAN_TABLES:
                db.execute(f"DELETE FROM main.{table}")
                db.execute(f"INSERT INTO main.{table} SELECT * FROM temp.{table}")
                db.execute(f"DROP TABLE temp.{table}")
            freeze_predictions(db)

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
                f"SELECT trial, {CURVE_COLUMNS['validation_score']} FROM trials "
                f"WHERE status IN ('done', 'diverged') AND trial IN ({marks})",
                ids,
            )
            found.update({trial: unpack(points) for trial, points in rows})
        return found

    def count_aside(self) -> int:
        """Stored trials that the plan in force doesn't ask for."""
        query = "SELECT count(*) FROM trials WHERE trial NOT IN (SELECT trial FROM asked_trials)"
        return int(self._connection.execute(query).fetchone()[0])

    def commit(self, finished: Sequence[tuple[Stack, Sequence[Outcome]]]) -> None:
        """Stores the outcomes of stacks, all or nothing."""
        rows = [outcome.row for one in finished for outcome in pack_outcomes(*one)]
        with self._transaction() as db:
            self._write_asked(db)
            db.executemany(insert_whole("trials", "INSERT OR REPLACE"), rows)

    def _prepare(self) -> None:
        db = self._connection
        add_checksum(db)
        db.execute("PRAGMA journal_mode = DELETE")
        db.execute("PRAGMA synchronous = FULL")
        db.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        if db.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
            # A run leaves that if it was killed before its first commit; one that had begun has left its provenance.
            if self._path.with_name(PROVENANCE).exists():
                raise damaged(self._path, "it is empty")
            create_tables(db)
        check_version(db, self._path)
        check_rows(db, self._path)

    def _write_asked(self, db: sqlite3.Connection) -> None:
        db.executemany(insert("asked", "INSERT OR REPLACE"), (asked_row(*one) for one in self._asked.items()))
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
