"""Whether a database is one of ours, and what to say if SQLite refuses it. Imports little: reports start with it."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from actloss_cli.errors import ExitCode, UserError, user_error
from actloss_cli.store.checksums import COLUMNS, add_checksum, count_unsound, has_our_tables
from actloss_cli.store.salvage import count_saved
from actloss_cli.store.schema import META, SCHEMA_VERSION

_TO_WRITE_AGAIN = {
    sqlite3.SQLITE_FULL: "free space",
    sqlite3.SQLITE_IOERR: "check the disk",
    sqlite3.SQLITE_READONLY: "make the folder and its files writable",
    sqlite3.SQLITE_CANTOPEN: "make the folder and its files writable",
    sqlite3.SQLITE_BUSY: "end the program that holds the file",
    sqlite3.SQLITE_LOCKED: "end the program that holds the file",
}
"""What helps against a refusal that has nothing to do with what is stored."""


def check_version(connection: sqlite3.Connection, path: Path) -> None:
    """Raises if the database was made by another schema than this code's."""
    row = connection.execute(f"SELECT value FROM {META} WHERE key = 'schema_version'").fetchone()
    if row is None or row[0] != str(SCHEMA_VERSION):
        if not (row and str(row[0]).isdecimal()) and has_our_tables(connection):
            raise damaged(path, "it doesn't say its version")
        raise user_error(
            f"'{path}' has schema {row[0] if row else 'unknown'}, this actloss reads {SCHEMA_VERSION}",
            hint="use the version of actloss that made it, or run into another folder with --results",
            code=ExitCode.RESULTS,
        )


def check_rows(connection: sqlite3.Connection, path: Path) -> None:
    """Raises unless SQLite finds the file whole and every row has its checksum."""
    if faults := find_faults(connection):
        raise damaged(path, "; ".join(faults))


def check_tables(connection: sqlite3.Connection, path: Path, tables: Iterable[str]) -> None:
    """Raises unless every row of these tables has its checksum: for whoever reads nothing else."""
    add_checksum(connection)
    if faults := _find_unsound(connection, tables):
        raise damaged(path, "; ".join(faults))


def find_faults(connection: sqlite3.Connection) -> list[str]:
    """What is wrong, as clauses; reads the whole database. Raises `sqlite3.DatabaseError` where that can't be read."""
    (first,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if first != "ok":
        return [" ".join(first.split())]
    add_checksum(connection)
    return _find_unsound(connection, COLUMNS)


def _find_unsound(connection: sqlite3.Connection, tables: Iterable[str]) -> list[str]:
    unsound = {table: count_unsound(connection, table) for table in tables}
    return [f"rows of {table} that don't match their checksums: {n:,}" for table, n in unsound.items() if n]


def damaged(path: Path, what: object) -> UserError:
    """The user's error for a database that is not as it was written: what is wrong, and what can be saved."""
    n = count_saved(path)
    saved = f"{n:,} trial{'s are' if n != 1 else ' is'} intact: 'actloss doctor {path.parent}' saves them"
    nothing = "nothing in it can be saved: restore it from a copy, or move the folder away and run again"
    return user_error(
        f"'{path}' is no database of actloss, or is damaged: {what}",
        hint=saved if n else nothing,
        code=ExitCode.RESULTS,
    )


def unreadable(path: Path, refusal: BaseException) -> UserError:
    """The user's error for a database that can't be read: cut off, in use, closed to us, or else damaged."""
    match _result_code(refusal):
        case sqlite3.SQLITE_READONLY:  # A journal to roll back, which a reader may not do.
            message = f"'{path}': the run was cut off in the middle of writing"
            hint = "run it again with 'actloss run' to restore it"
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            message = f"'{path}' is being written: {refusal}"
            hint = "try again in a moment; if no run is going on, run it again with 'actloss run' to restore it"
        case sqlite3.SQLITE_CANTOPEN:
            message = f"cannot open '{path}': {refusal}"
            hint = "make the folder and its files readable"
        case _:
            return damaged(path, refusal)
    return user_error(message, hint=hint, code=ExitCode.RESULTS)


def unwritable(path: Path, refusal: sqlite3.Error) -> UserError:
    """The user's error for a database that can't be written; what was committed before is there still."""
    remedy = _TO_WRITE_AGAIN.get(_result_code(refusal))
    if remedy is None:
        return unreadable(path, refusal)
    return user_error(
        f"cannot write '{path}': {refusal}",
        hint=f"what is stored is intact; {remedy} and run again",
        code=ExitCode.RESULTS,
    )


def _result_code(refusal: BaseException) -> int:
    """SQLite's primary result code, without the detail in its upper bytes; 0 where another library complains."""
    return getattr(refusal, "sqlite_errorcode", 0) & 0xFF
