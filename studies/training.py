"""Trains a study's config by the public command, as a user would, and reads what was stored."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from actloss_cli.store.data import RunData
from actloss_cli.store.folder import runs_in
from actloss_cli.store.reader import read_run


def train(config: Path, changes: Sequence[str], n_workers: int) -> RunData:
    """Of this config under settings such as `seeds.final=20`; nothing is left on disk. Raises if the command fails."""
    with TemporaryDirectory() as results:
        command = [sys.executable, "-m", "actloss_cli", "run", str(config), "--results", results]
        command += ["--workers", str(n_workers), *(part for change in changes for part in ("--set", change))]
        answer = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        if answer.returncode:
            raise RuntimeError(f"{' '.join(command)} failed:\n{answer.stderr}")
        (folder,) = runs_in(Path(results))
        return read_run(folder)
