"""Whether a database is one of ours, and what to say if it is not. Imports little: reports start with it."""

import sqlite3
from pathlib import Path

from actloss_cli.errors import ExitCode, user_error
from actloss_cli.store.schema import SCHEMA_VERSION


def check_version(connection: sqlite3.Connection, path: Path) -> None:
    """Raises if the database was made by another schema than this code's."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()
    if row is None or row[0] != str(SCHEMA_VERSION):
        raise user_error(
            f"'{path}' has schema {row[0] if row else 'unknown'}, this actloss reads {SCHEMA_VERSION}",
            hint="use the version of actloss that made it, or run into another folder with --results",
            code=ExitCode.RESULTS,
        )


def unreadable(path: Path, damage: sqlite3.Error) -> Exception:
    """The user's error for a file that SQLite refuses."""
    return user_error(
        f"'{path}' is no database of actloss, or is damaged: {damage}",
        hint="move the folder away and run again, or restore it from a copy",
        code=ExitCode.RESULTS,
    )
