"""Copies what is sound in a damaged database into another: whole trials, frozen predictions, the plan if all of it is.

Changes nothing in the damaged one. Where a table can't be gone through, its rows are looked for on both sides of a gap.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from actloss_cli.store.checksums import COLUMNS, Row, has_our_tables, is_sound, keep_broken_text
from actloss_cli.store.schema import PLAN_TABLES, create_tables

_MOST_RANGES = 8_192
"""Of row numbers in which a damaged table's rows are looked for."""
_LAST_NUMBER = 2**63 - 1


@dataclass(frozen=True)
class Saved:
    """What could be saved."""

    n_trials: int
    """With everything that belongs to them."""
    has_plan: bool
    """Whether the plan in force is whole; without it the next run makes it anew."""


class _Reading:
    """Sound rows of a damaged database; notes which tables were not read whole."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.spoilt: set[str] = set()
        keep_broken_text(db)

    def rows(self, table: str) -> Iterator[Row]:
        """Those whose checksums match."""
        for row in self._readable(table):
            if is_sound(table, row):
                yield row
            else:
                self.spoilt.add(table)

    def _readable(self, table: str) -> Iterator[Row]:
        """From both ends of each range of row numbers to what can't be read; what is left between is halved."""
        ranges, n_tried = [(1, self._last_number(table))], 0
        while ranges and n_tried < _MOST_RANGES:
            low, high = ranges.pop()
            n_tried += 1
            query = f"SELECT rowid, * FROM {table} NOT INDEXED WHERE rowid BETWEEN ? AND ? ORDER BY rowid"
            try:
                for number, *row in self._db.execute(query, (low, high)):
                    low = number + 1
                    yield tuple(row)
                continue
            except sqlite3.DatabaseError:
                self.spoilt.add(table)
            with suppress(sqlite3.DatabaseError):
                for number, *row in self._db.execute(f"{query} DESC", (low, high)):
                    high = number - 1
                    yield tuple(row)
            if low < high:
                middle = (low + high) // 2
                ranges += [(middle + 1, high), (low, middle)]

    def _last_number(self, table: str) -> int:
        try:
            (last,) = self._db.execute(f"SELECT max(rowid) FROM {table} NOT INDEXED").fetchone()
        except sqlite3.DatabaseError:
            return _LAST_NUMBER
        return int(last or 0)


def salvage(damaged: Path, target: str) -> Saved:
    """Fills a new database, a path or `:memory:`; raises `sqlite3.Error` only where that can't be written."""
    with closing(sqlite3.connect(target, isolation_level=None)) as db:
        create_tables(db)
        db.execute("BEGIN")
        has_plan = _copy(damaged, db)
        if not has_plan:
            for table in PLAN_TABLES:
                db.execute(f"DELETE FROM {table}")
        (n_trials,) = db.execute("SELECT count(*) FROM trials").fetchone()
        db.execute("COMMIT")
    return Saved(n_trials, has_plan)


def count_saved(damaged: Path) -> int:
    """How many trials could be saved."""
    return salvage(damaged, ":memory:").n_trials


def _copy(damaged: Path, target: sqlite3.Connection) -> bool:
    """Copies all sound rows; gives whether the plan is whole, its predictions with it."""
    source = _open(damaged)
    if source is None:
        return False
    with closing(source):
        reading = _Reading(source)
        for table, columns in COLUMNS.items():
            marks = ", ".join("?" * len(columns))
            target.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", reading.rows(table))
    return not reading.spoilt & {*PLAN_TABLES, "predictions"}


def _open(path: Path) -> sqlite3.Connection | None:
    """The database read-only, with a sound head where its own is lost; None where no tables of ours are in it."""
    for connect in (_as_it_is, _with_fresh_head):
        db = connect(path)
        try:
            if db is not None and has_our_tables(db):
                return db
        except sqlite3.DatabaseError:
            pass
        if db is not None:
            db.close()
    return None


def _as_it_is(path: Path) -> sqlite3.Connection | None:
    try:
        return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    except sqlite3.DatabaseError:
        return None


def _with_fresh_head(path: Path) -> sqlite3.Connection | None:
    """A copy in memory whose first pages, which say where the tables begin, are those of a new database.

    Tables are made once, in one order, so they begin at the same pages in every database of this schema.
    """
    with closing(sqlite3.connect(":memory:")) as fresh:
        create_tables(fresh)
        roots = {page for (page,) in fresh.execute("SELECT rootpage FROM sqlite_master WHERE rootpage > 0")}
        (size,) = fresh.execute("PRAGMA page_size").fetchone()
        head = fresh.serialize()
    content = bytearray(path.read_bytes())
    n_pages = len(content) // size
    if n_pages < len(head) // size:
        return None
    del content[n_pages * size :]
    for page in range(len(head) // size):
        if page + 1 not in roots:
            content[page * size : (page + 1) * size] = head[page * size : (page + 1) * size]
    content[28:32] = n_pages.to_bytes(4, "big")  # the number of pages, in SQLite's header
    db = sqlite3.connect(":memory:")
    db.deserialize(bytes(content))
    return db
