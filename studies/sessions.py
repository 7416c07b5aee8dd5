"""Runs to do harm to: the command in processes of its own, and what is stored, cell by cell."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from actloss_cli.store.checksums import COLUMNS

GRID = """\
name: grid
tasks:
  - {kind: binary, dataset: moons}
activation: [relu, tanh, elu]
output: [identity, sigmoid]
loss: [bce_with_logits, hinge, mse]
optimizer: [sgd, adam]
lr: {points: 3}
seeds: {tune: 2, final: 2}
model: {hidden: [8]}
training: {epochs: 3, batch_size: 64}
"""
Rows = dict[str, tuple[object, ...]]
"""Of the table of trials, by id."""
_ELAPSED = COLUMNS["trials"].index("elapsed_s")


def write_grid(folder: Path, text: str = GRID) -> Path:
    """Writes the config; gives its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "grid.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def start(*arguments: object, cwd: Path, **options: Any) -> subprocess.Popen[str]:
    """The command, in a session of its own so that its whole family can be ended."""
    command = [sys.executable, "-m", "actloss_cli", *map(str, arguments)]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process: subprocess.Popen[str] = subprocess.Popen(command, cwd=cwd, start_new_session=True, **pipes | options)
    return process


@contextlib.contextmanager
def running(*arguments: object, cwd: Path, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """The command; nothing of it is left behind."""
    process = start(*arguments, cwd=cwd, **options)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def is_over(process: "subprocess.Popen[str]") -> bool:
    """Whether nobody of its family is left, once it has been waited for itself."""
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return True
    return False


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    """Until it holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def count_trials(folder: Path) -> int:
    """How many are committed, as a reader sees it meanwhile; 0 where there is no database yet."""
    try:
        with closing(sqlite3.connect(f"file:{folder / 'results.sqlite'}?mode=ro", uri=True, timeout=0)) as db:
            return int(db.execute("SELECT count(*) FROM trials").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def stored(folder: Path) -> Rows:
    """Every trial as it is stored; opens to write, as the next session does, so that SQLite mends first."""
    if not (folder / "results.sqlite").exists():
        return {}
    with closing(sqlite3.connect(folder / "results.sqlite", timeout=60)) as db:
        (is_there,) = db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'trials'").fetchone()
        rows = db.execute("SELECT * FROM trials").fetchall() if is_there else []
        found = {str(row[0]): row for row in rows}
        assert len(found) == len(rows)
        return found


def without_times(rows: Rows) -> Rows:
    """Rows of `trials` without what hangs on the moment: the time that a trial took, and the checksum over it."""
    return {trial: (*row[:_ELAPSED], *row[_ELAPSED + 1 : -1]) for trial, row in rows.items()}


def numbers(folder: Path) -> Rows:
    """All that is stored of trials and must not hang on what happened to the run."""
    return without_times(stored(folder))


def family(pid: int) -> list[int]:
    """The processes that descend from one."""
    children = _children(pid)
    return [*children, *(below for child in children for below in family(child))]


def workers(pid: int) -> list[int]:
    """Worker processes of a run: the children of the process that they are copies of."""
    return [worker for child in _children(pid) for worker in _children(child)]


def _children(pid: int) -> list[int]:
    command = ["ps", "-o", "pid=", "--ppid", str(pid)]
    listing = subprocess.run(command, capture_output=True, text=True, check=False)
    return [int(child) for child in listing.stdout.split()]
