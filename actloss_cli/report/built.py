"""Which of a report's files are still what would be written: a digest of what each came from, kept beside them."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

import pandas as pd

from actloss_cli.analysis.pairings import Analysis
from actloss_cli.replacing import replace_file
from actloss_cli.side_by_side import done_side_by_side
from actloss_cli.store.completion import code_state
from actloss_cli.store.data import RunData

NOTE = ".built.json"


@dataclass(frozen=True)
class Part:
    """Files of a report that are made together."""

    name: str
    digest: str
    """Of all that they come from."""
    write: Callable[[], Iterable[Path]]


@dataclass(frozen=True)
class Written:
    """Files of a report."""

    paths: tuple[Path, ...] = ()
    """All, by part."""
    n_kept: int = 0
    """Of these, those that were there already."""


class Built:
    """The note of one report folder. What it does not hold, or can't be read, is made anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            self._known = dict(json.loads((folder / NOTE).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError, RecursionError):
            self._known = {}

    def holds(self, parts: Iterable[Part]) -> bool:
        """Whether each was written of the same before, and its files are as they were left."""
        return all(self._files(part) is not None for part in parts)

    def make(self, parts: Sequence[Part], prepare: Callable[[], object] = lambda: None) -> Written:
        """Writes each that wasn't written of the same before, or whose files are no longer as they were left.

        What all of them need is prepared first, once, if there is any.
        """
        kept = {part.name: self._files(part) for part in parts}
        fresh = [part for part in parts if kept[part.name] is None]
        if fresh:
            prepare()
        made: dict[str, tuple[Path, ...]] = {}
        for place, paths in done_side_by_side([partial(_write, part) for part in fresh]):
            self._note(fresh[place], paths)
            made[fresh[place].name] = paths
        found = [kept[part.name] or made.get(part.name, ()) for part in parts]
        return Written(tuple(chain.from_iterable(found)), sum(map(len, found)) - sum(map(len, made.values())))

    def _files(self, part: Part) -> tuple[Path, ...] | None:
        try:
            noted = self._known[part.name]
            paths = tuple(self._folder / path for path in noted["files"])
            states = [_state(path) for path in paths]
            is_current = noted["digest"] == part.digest and list(noted["files"].values()) == states
        except (OSError, KeyError, TypeError, AttributeError):
            return None
        return paths if is_current else None

    def _note(self, part: Part, paths: Iterable[Path]) -> None:
        """At once, so that an interrupted report goes on where it stopped."""
        files = {path.relative_to(self._folder).as_posix(): _state(path) for path in paths}
        self._known[part.name] = {"digest": part.digest, "files": files}
        replace_file(self._folder / NOTE, f"{json.dumps(self._known, indent=1)}\n".encode())


def _write(part: Part) -> tuple[Path, ...]:
    return tuple(part.write())


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
