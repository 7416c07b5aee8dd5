"""Makes one run of several that trained parts of the same plan, on whatever machines. Changes none of them.

Rows are copied as they are, with their checksums; what two parts have in common must be the same in both.
"""

import json
import shlex
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from actloss_cli import __version__
from actloss_cli.errors import ExitCode, UserError, user_error
from actloss_cli.store.checks import check_rows, check_version, unreadable
from actloss_cli.store.checksums import add_checksum
from actloss_cli.store.folder import CONFIG, PROVENANCE
from actloss_cli.store.merge_rows import add_part, settle
from actloss_cli.store.schema import DATABASE, create_tables
from actloss_cli.store.sessions import read_sessions
from actloss_cli.store.settings import read_config_text

RECORD = "merged.json"
"""When, by what command and from which folders a merged run was made."""


@dataclass(frozen=True)
class Merged:
    """What came of it."""

    n_trials: int
    n_missing: int
    """Trials that the plan still asks for, at least."""
    shards: Sequence[str]
    """Those that are there, as `3/8`; none where nothing of the plan was left out."""


def merge_runs(parts: Sequence[Path], target: Path) -> Merged:
    """Fills a new folder; raises where it is there, a part is damaged, or two of them contradict each other.

    Of a trial that one part trained to an end and the other lost, the trained one counts.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise user_error(
            f"'{target}' is there already, and a merge overwrites nothing",
            where="--output",
            hint="name a folder that is not there yet",
            code=ExitCode.RESULTS,
        )
    names = _names(parts)
    with _folder_that_becomes(target) as fresh:
        merged = _fill(fresh / DATABASE, names)
        sessions = [{"part": name, **session} for part, name in names.items() for session in read_sessions(part)]
        (fresh / PROVENANCE).write_text(json.dumps(sessions, indent=2) + "\n", encoding="utf-8")
        (fresh / CONFIG).write_text(read_config_text(parts[0]), encoding="utf-8")
        (fresh / RECORD).write_text(json.dumps(_record(names), indent=2) + "\n", encoding="utf-8")
    return merged


def _names(parts: Sequence[Path]) -> Mapping[Path, str]:
    """What provenance calls each: its folder's name, or the whole path where two have the same; raises for a double."""
    resolved = [part.resolve() for part in parts]
    for part in resolved:
        if resolved.count(part) > 1:
            raise user_error(f"'{part}' is named twice", hint="name every part once")
    short = [part.name for part in resolved]
    return {part: part.resolve().name if short.count(part.resolve().name) == 1 else str(part) for part in parts}


def _record(names: Mapping[Path, str]) -> Mapping[str, object]:
    return {
        "merged": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": shlex.join(sys.argv),
        "actloss": __version__,
        "parts": {name: str(part.resolve()) for part, name in names.items()},
    }


@contextmanager
def _folder_that_becomes(target: Path) -> Iterator[Path]:
    """A folder beside it that takes its name in the end; nothing is left of it if there is no such end."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as refusal:
        raise _cannot_write(target, refusal) from refusal
    try:
        fresh = scratch / target.name
        fresh.mkdir()
        yield fresh
        fresh.rename(target)
    except OSError as refusal:
        raise _cannot_write(target, refusal) from refusal
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _cannot_write(target: Path, refusal: OSError) -> UserError:
    return user_error(
        f"cannot write '{target}': {refusal.strerror or refusal}",
        hint="make room, or choose another place with --output",
        code=ExitCode.RESULTS,
    )


def _fill(path: Path, names: Mapping[Path, str]) -> Merged:
    with closing(sqlite3.connect(path, isolation_level=None, uri=True)) as db:
        create_tables(db)
        add_checksum(db)
        db.execute("PRAGMA synchronous = FULL")
        for part, name in names.items():
            with _attached(db, part / DATABASE):
                add_part(db, name)
        shards = settle(db)
        check_rows(db, path)
        (n_trials,) = db.execute("SELECT count(*) FROM trials").fetchone()
        untrained = "SELECT count(*) FROM asked_trials WHERE trial NOT IN (SELECT trial FROM trials)"
        (n_asked,) = db.execute(untrained).fetchone()
        (n_later,) = db.execute("SELECT coalesce(sum(n_later), 0) FROM asked").fetchone()
    return Merged(n_trials, n_asked + n_later, shards)


@contextmanager
def _attached(db: sqlite3.Connection, path: Path) -> Iterator[None]:
    """The database of a part, checked, under the name `part`; all that is written meanwhile is one transaction."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as alone:
            alone.execute("BEGIN")
            check_version(alone, path)
            check_rows(alone, path)
        db.execute("ATTACH ? AS part", (f"{path.resolve().as_uri()}?mode=ro",))
        db.execute("BEGIN IMMEDIATE")
        yield
        db.execute("COMMIT")
        db.execute("DETACH part")
    except sqlite3.DatabaseError as refusal:
        raise unreadable(path, refusal) from refusal
