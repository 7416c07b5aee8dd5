"""Copies what is sound in a damaged database into another: whole trials, frozen predictions, the plan if all of it is.

Changes nothing in the damaged one. Where a whole table can't be gone through, its rows are looked for by their keys.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from string import hexdigits

from actloss_cli.store.checksums import COLUMNS, Row, has_our_tables, is_sound, keep_broken_text
from actloss_cli.store.schema import DDL, META, PARTS, PLAN_TABLES, SCHEMA_VERSION

_DIGITS = hexdigits[:16]
_DEPTH = 3
"""Digits of a key by which rows are looked for: 4,096 ranges at most."""
_HASHED = ("trials", *PARTS, "predictions")
"""Tables whose keys are hashes. Of the others nothing is kept unless all is sound."""


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
        """Those whose checksums match; some may come twice."""
        for row in self._readable(table):
            if is_sound(table, row):
                yield row
            else:
                self.spoilt.add(table)

    def _readable(self, table: str) -> Iterator[Row]:
        try:
            yield from self._db.execute(f"SELECT * FROM {table}")
        except sqlite3.DatabaseError:
            self.spoilt.add(table)
            if table in _HASHED:
                yield from self._by_key(table, "")

    def _by_key(self, table: str, prefix: str) -> Iterator[Row]:
        """In ever smaller ranges of the key, which is a hash; at last from both ends of a range."""
        key = COLUMNS[table][0]
        for digit in _DIGITS:
            low, high = prefix + digit, prefix + chr(ord(digit) + 1)
            query = f"SELECT * FROM {table} WHERE {key} >= ? AND {key} < ?"
            try:
                yield from self._db.execute(query, (low, high))
            except sqlite3.DatabaseError:
                if len(low) < _DEPTH:
                    yield from self._by_key(table, low)
                else:
                    yield from self._backwards(f"{query} ORDER BY {key} DESC", (low, high))

    def _backwards(self, query: str, ends: tuple[str, str]) -> Iterator[Row]:
        try:
            yield from self._db.execute(query, ends)
        except sqlite3.DatabaseError:
            return


def salvage(damaged: Path, target: str) -> Saved:
    """Fills a new database, a path or `:memory:`; raises `sqlite3.Error` only where that can't be written."""
    with closing(sqlite3.connect(target, isolation_level=None)) as db:
        db.executescript(DDL)
        db.execute("BEGIN")
        db.execute(f"INSERT INTO {META} VALUES ('schema_version', '{SCHEMA_VERSION}')")
        has_plan = _copy(damaged, db)
        counts = " + ".join(f"(SELECT count(*) FROM {part} p WHERE p.trial = trials.trial)" for part in PARTS)
        db.execute(f"DELETE FROM trials WHERE n_parts != {counts}")
        for part in PARTS:
            db.execute(f"DELETE FROM {part} WHERE trial NOT IN (SELECT trial FROM trials)")
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
        fresh.executescript(DDL)
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
