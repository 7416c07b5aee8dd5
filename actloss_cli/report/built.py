"""Which of a report's files are still what would be written: a digest of what each came from, kept beside them."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from actloss_cli.analysis.pairings import Analysis
from actloss_cli.store.completion import code_state
from actloss_cli.store.data import RunData

NOTE = ".built.json"


@dataclass(frozen=True)
class Written:
    """Files of a report; adds up."""

    paths: tuple[Path, ...] = ()
    """All, in the order in which they are made."""
    n_kept: int = 0
    """Of these, those that were there already."""

    def __add__(self, other: "Written") -> "Written":
        return Written(self.paths + other.paths, self.n_kept + other.n_kept)


class Built:
    """The note of one report folder. What it does not hold, or can't be read, is made anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            self._known = dict(json.loads((folder / NOTE).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            self._known = {}

    def make(self, name: str, digest: str, write: Callable[[], Iterable[Path]]) -> Written:
        """Runs `write`, unless it has written under this name of the same inputs, and its files are as it left them."""
        if (kept := self._files(name, digest)) is not None:
            return Written(kept, len(kept))
        paths = tuple(write())
        self._note(name, digest, paths)
        return Written(paths)

    def _files(self, name: str, digest: str) -> tuple[Path, ...] | None:
        try:
            noted = self._known[name]
            paths = tuple(self._folder / path for path in noted["files"])
            is_current = noted["digest"] == digest and list(noted["files"].values()) == [_state(path) for path in paths]
        except (OSError, KeyError, TypeError, AttributeError):
            return None
        return paths if is_current else None

    def _note(self, name: str, digest: str, paths: Iterable[Path]) -> None:
        """At once, so that an interrupted report goes on where it stopped."""
        files = {path.relative_to(self._folder).as_posix(): _state(path) for path in paths}
        self._known[name] = {"digest": digest, "files": files}
        fresh = self._folder / f"{NOTE}.new"
        fresh.write_text(json.dumps(self._known, indent=1) + "\n", encoding="utf-8")
        fresh.replace(self._folder / NOTE)


def task_digests(run: RunData, analysis: Analysis) -> dict[str, str]:
    """By task, of all that its figures show: its pairings' rows, its trials and their curves, and the code."""
    code = "\n".join(code_state())
    of_trial = run.trials["pairing_id"].map(run.pairings["task"])
    digests = {}
    for task in map(str, analysis.tasks.index):
        trials = (of_trial == task).to_numpy()
        digest = hashlib.sha256(code.encode())
        digest.update(repr(run.tasks.loc[task].to_dict()).encode())
        digest.update(repr(analysis.references.get(task)).encode())
        for frame in (analysis.pairings[analysis.pairings["task"] == task], run.trials[trials]):
            digest.update(repr(list(frame.columns)).encode())
            digest.update(pd.util.hash_pandas_object(frame).to_numpy().tobytes())
        digest.update(run.validation_score[trials].tobytes())
        digests[task] = digest.hexdigest()
    return digests


def joint_digest(digests: Iterable[str], *texts: str) -> str:
    """Of what comes from several tasks, and from these texts."""
    return hashlib.sha256("\n".join([*digests, *texts]).encode()).hexdigest()


def _state(path: Path) -> list[int]:
    """Size in bytes and time of the last change in nanoseconds."""
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns]
