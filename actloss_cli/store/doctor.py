"""Finds out whether a run's database is as it was written; where it is not, makes one of what is sound.

The damaged file is kept beside it, byte for byte.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from actloss_cli.errors import ExitCode, user_error
from actloss_cli.store.checks import check_version, damaged, find_faults, unwritable
from actloss_cli.store.completion import forget_completion
from actloss_cli.store.folder import locked
from actloss_cli.store.salvage import Saved, salvage
from actloss_cli.store.schema import DATABASE

_FRESH = f"{DATABASE}.rescued"


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with a database, as clauses, nothing where it is sound; and how many trials it holds."""

    faults: Sequence[str]
    n_trials: int
    """Those that are sound."""


@dataclass(frozen=True)
class Rescue:
    """What was saved, and where the damaged file is kept."""

    saved: Saved
    kept: Path


def diagnose(folder: Path) -> Diagnosis:
    """Reads the whole database and changes nothing; raises where it is of another schema, or another run writes it."""
    path = folder / DATABASE
    with locked(folder):
        faults = _find(path)
        if faults:
            return Diagnosis(faults, salvage(path, ":memory:").n_trials)
        with closing(sqlite3.connect(path)) as db:
            (n_trials,) = db.execute("SELECT count(*) FROM trials").fetchone()
        return Diagnosis((), n_trials)


def rescue(folder: Path) -> Rescue:
    """Puts a database of all that is sound in the damaged one's place; raises if that is nothing, or can't be written.

    Whatever interrupts it, one of the two is there under its name.
    """
    path, fresh = folder / DATABASE, folder / _FRESH
    with locked(folder):
        forget_completion(folder)
        fresh.unlink(missing_ok=True)
        try:
            saved = salvage(path, str(fresh))
        except sqlite3.OperationalError as refusal:
            _remove(fresh)
            raise unwritable(fresh, refusal) from refusal
        if not saved.n_trials:
            _remove(fresh)
            raise damaged(path, "no trial in it is intact")
        kept = _free_name(path)
        try:
            with suppress(FileNotFoundError):  # of an interrupted commit, which opening the file has not undone
                path.with_name(f"{DATABASE}-journal").rename(f"{kept}-journal")
            kept.hardlink_to(path)
            fresh.replace(path)
        except OSError as refusal:
            raise user_error(
                f"cannot put the rescued database in place of '{path}': {refusal.strerror}",
                hint=f"move '{path}' away and name '{fresh}' so yourself",
                code=ExitCode.RESULTS,
            ) from refusal
    return Rescue(saved, kept)


def _find(path: Path) -> list[str]:
    """Opens the file to write, so that SQLite undoes a commit that was cut off."""
    try:
        with closing(sqlite3.connect(path)) as db:
            if db.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
                return ["it is empty"]
            check_version(db, path)
            return find_faults(db)
    except sqlite3.DatabaseError as damage:
        return [str(damage)]


def _free_name(path: Path) -> Path:
    number = 1
    while (candidate := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    return candidate


def _remove(fresh: Path) -> None:
    for name in (fresh, fresh.with_name(f"{fresh.name}-journal")):
        with suppress(OSError):
            name.unlink(missing_ok=True)
