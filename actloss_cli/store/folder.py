"""A run's folder: whether it is one, the lock that keeps a second run out, the plain files beside the database."""

import fcntl
import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from actloss_cli.errors import ExitCode, user_error
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
    with path.open("a+") as file:
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
        yield


def write_config(folder: Path, text: str) -> None:
    """The resolved config, every default written out."""
    _replace(folder / CONFIG, text)


def append_provenance(folder: Path, session: Mapping[str, Any]) -> None:
    """Adds one session to the list of those that have written here."""
    sessions = read_provenance(folder)
    _replace(folder / PROVENANCE, json.dumps([*sessions, session], indent=2) + "\n")


def read_provenance(folder: Path) -> list[dict[str, Any]]:
    """All sessions, oldest first."""
    path = folder / PROVENANCE
    sessions: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return sessions


def read_config(folder: Path) -> dict[str, Any]:
    """The resolved config of the plan in force."""
    config: dict[str, Any] = yaml.safe_load((folder / CONFIG).read_text(encoding="utf-8"))
    return config


def _replace(path: Path, text: str) -> None:
    """Writes the whole file or nothing."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
