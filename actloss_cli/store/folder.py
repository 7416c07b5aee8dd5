"""A run's folder: whether it is one, the lock that keeps a second run out, the plain files beside the database."""

import fcntl
import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from actloss_cli.errors import ExitCode, user_error
from actloss_cli.replacing import replace_file
from actloss_cli.store.schema import DATABASE

CONFIG = "config.yaml"
PROVENANCE = "provenance.json"
LOCK = ".lock"


def is_run(folder: Path) -> bool:
    """Whether the folder holds a run of ours."""
    return (folder / DATABASE).is_file()


def runs_in(path: Path) -> list[Path]:
    """The run at `path`, or the runs in it; raises if there is none."""
    if is_run(path):
        return [path]
    if not path.exists():
        hint = "make some with 'actloss run smoke', or name the folder that was given as --results"
        raise user_error(f"no such results folder: '{path}'", hint=hint, code=ExitCode.RESULTS)
    runs = sorted(child for child in path.iterdir() if is_run(child)) if path.is_dir() else []
    if not runs:
        hint = f"a run's folder holds {DATABASE}; 'actloss run' makes one"
        raise user_error(f"'{path}' holds no results of actloss", hint=hint, code=ExitCode.RESULTS)
    return runs


def one_run(path: Path) -> Path:
    """The one run at `path`; raises if it holds none, or several."""
    runs = runs_in(path)
    if len(runs) > 1:
        raise user_error(f"'{path}' holds {len(runs)} runs", hint=f"name one, such as {runs[0]}")
    return runs[0]


def claim_folder(folder: Path) -> None:
    """Makes the folder, or checks that it holds a run or nothing; raises if it holds something else."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        strangers = [] if is_run(folder) else sorted(p.name for p in folder.iterdir() if p.name != LOCK)
    except (FileExistsError, NotADirectoryError):
        hint = "choose another place with --results, or another name in the config"
        raise user_error(f"'{folder}' is a file, not a folder", hint=hint, code=ExitCode.RESULTS) from None
    except OSError as refusal:
        raise user_error(
            f"cannot use '{folder}' for results: {refusal.strerror}",
            hint="choose another place with --results",
            code=ExitCode.RESULTS,
        ) from None
    if strangers:
        raise user_error(
            f"'{folder}' holds something that is no run of actloss: '{strangers[0]}'",
            hint="choose another place with --results, or another name in the config",
            code=ExitCode.RESULTS,
        )


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds the folder for one writer; the kernel lets go of it when the process ends, however it ends."""
    path = folder / LOCK
    with _refusal_named(path):
        file = path.open("a+", encoding="utf-8")
    with file:
        with _refusal_named(path):
            _take(file, folder)
        yield


def write_config(folder: Path, text: str) -> None:
    """The resolved config, every default written out."""
    _replace(folder / CONFIG, text)


def append_provenance(folder: Path, session: Mapping[str, Any]) -> None:
    """Adds one session to the list of those that have written here; raises if that list is damaged."""
    path = folder / PROVENANCE
    with _refusal_named(path):
        text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else "[]"
    try:
        sessions = json.loads(text)
    except ValueError:
        sessions = None
    if not isinstance(sessions, list):
        raise user_error(
            f"'{path}' is damaged: it holds no list of sessions",
            hint="restore it from a copy, or move it away, and run again",
            code=ExitCode.RESULTS,
        )
    _replace(path, json.dumps([*sessions, session], indent=2) + "\n")


def _take(file: IO[str], folder: Path) -> None:
    """Locks the open file and writes into it who holds it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "another process"
        raise user_error(
            f"'{folder}' is in use by {holder}",
            hint="wait for it to end, or choose another place with --results",
            code=ExitCode.RESULTS,
        ) from None
    file.truncate(0)
    file.write(f"process {os.getpid()} on {socket.gethostname()}")
    file.flush()


def _replace(path: Path, text: str) -> None:
    """Raises `UserError` where the system refuses."""
    with _refusal_named(path):
        replace_file(path, text.encode())


@contextmanager
def _refusal_named(path: Path) -> Iterator[None]:
    """The system's refusal as the user's error."""
    try:
        yield
    except OSError as refusal:
        raise user_error(
            f"cannot use '{path}': {refusal.strerror}",
            hint="make the folder and its files writable, or choose another place with --results",
            code=ExitCode.RESULTS,
        ) from refusal
