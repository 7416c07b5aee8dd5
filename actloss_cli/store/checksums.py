"""A checksum in every row, over its table's name and all its other cells: a flipped byte shows, a sound row is known.

CRC-32, which finds every error of up to 32 bits in a row; it guards against disks, not against forgery.
"""

import marshal
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from actloss_cli.store.schema import DDL, META

Cell = str | bytes | int | float | None
Row = tuple[Cell, ...]

_FORMAT = 2
"""Of marshal: the last one that writes equal cells as equal bytes, however they came to be."""


def _read_tables() -> Mapping[str, tuple[str, ...]]:
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(DDL)
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: _columns_in(db, table) for table in tables if table != META}


def _columns_in(db: sqlite3.Connection, table: str) -> tuple[str, ...]:
    """Declarations `name TYPE`, in order."""
    return tuple(f"{row[1]} {row[2]}" for row in db.execute(f"PRAGMA table_info({table})"))


_DECLARED = _read_tables()
COLUMNS: Mapping[str, tuple[str, ...]] = {
    table: tuple(column.split()[0] for column in declared) for table, declared in _DECLARED.items()
}
"""By table its columns, the checksum last."""


_TYPES: Mapping[str, tuple[str, ...]] = {
    table: tuple(column.split()[1] for column in declared[:-1]) for table, declared in _DECLARED.items()
}
"""By table its columns' types, the checksum's left out."""


def add_checksum(db: sqlite3.Connection) -> None:
    """Teaches the connection the function `checksum(table, cell, ...)`."""
    db.create_function("checksum", -1, checksum, deterministic=True)


def insert(table: str, verb: str = "INSERT") -> str:
    """The statement that adds a row; its parameters are the cells without the checksum."""
    # SQLite gives whole numbers in REAL columns back as reals, and -0.0 as 0.0.
    marks = ", ".join(
        f"?{n} + 0.0" if column.endswith(" REAL") else f"?{n}" for n, column in enumerate(_DECLARED[table][:-1], 1)
    )
    return f"{verb} INTO {table} VALUES ({marks}, checksum('{table}', {marks}))"


def with_checksum(table: str, cells: Sequence[object]) -> Row:
    """A whole row, its checksum last; its cells are as SQLite gives them back, of their columns' types, NaN as NULL."""
    row = tuple(map(_as_stored, cells, _TYPES[table]))
    return (*row, checksum(table, *row))


def insert_whole(table: str, verb: str = "INSERT") -> str:
    """The statement that adds a row that has its checksum."""
    return f"{verb} INTO {table} VALUES ({', '.join('?' * len(COLUMNS[table]))})"


def expected(table: str) -> str:
    """The expression for the checksum that a row of the table should have."""
    return f"checksum('{table}', {', '.join(COLUMNS[table][:-1])})"


def has_our_tables(db: sqlite3.Connection) -> bool:
    """Whether every table is there with the columns of this schema, whatever version the database says it has."""
    return all(_columns_in(db, table) == declared for table, declared in _DECLARED.items())


def keep_broken_text(db: sqlite3.Connection) -> None:
    """Lets text be read that damage has made invalid, which Python's sqlite3 would refuse: its checksum tells."""
    db.text_factory = lambda text: text.decode("utf-8", "surrogateescape")


def is_sound(table: str, row: Sequence[Cell]) -> bool:
    """Whether a row as stored has the checksum that it should have."""
    return row[-1] == checksum(table, *row[:-1])


def count_unsound(db: sqlite3.Connection, table: str) -> int:
    """How many rows of a table don't match their checksums; the connection knows the function."""
    try:
        query = f"SELECT count(*) FROM {table} WHERE crc IS NOT {expected(table)}"
        return int(db.execute(query).fetchone()[0])
    except sqlite3.OperationalError:  # text that is none any more
        keep_broken_text(db)
        return sum(not is_sound(table, row) for row in db.execute(f"SELECT * FROM {table}"))


def _as_stored(cell: Any, kind: str) -> Cell:
    if cell is None or kind in {"TEXT", "BLOB"}:
        return cell  # type: ignore[no-any-return]  # SQLite refuses what is none of these
    if kind == "INTEGER":
        return int(cell)
    return None if cell != cell else float(cell) + 0.0  # noqa: PLR0124 - NaN alone; -0.0 comes back as 0.0


def checksum(*cells: Cell) -> int:
    """CRC-32 of the table's name and a row's other cells, as SQLite gives them back."""
    return zlib.crc32(marshal.dumps(cells, _FORMAT))
