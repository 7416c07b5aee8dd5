"""What a report said, kept beside its files: as long as nothing changes that it came from, it is said again at once.

Judging tens of thousands of trials takes seconds; a user asks for one report many times, each time for other pairings.
"""

import hashlib
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, fields
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from actloss_cli.analysis.pairings import Analysis, analyse
from actloss_cli.errors import ExitCode, user_error
from actloss_cli.plan.thresholds import Thresholds
from actloss_cli.replacing import replace_file
from actloss_cli.report.run_report import Kept, RunReport
from actloss_cli.store.completion import code_state
from actloss_cli.store.data import RunData, RunFacts
from actloss_cli.store.folder import PROVENANCE
from actloss_cli.store.predictions import FrozenPredictions
from actloss_cli.store.reader import read_run
from actloss_cli.store.schema import DATABASE

NOTE = ".report.json"
_LIBRARIES = ("numpy", "pandas", "scipy")
_MANY_TRIALS = 5000
"""Fewer are judged in less time than copying the process takes."""
_PLACE = ("name", "path")
"""Facts of where the run lies now."""


def origin(run: Path) -> str:
    """A digest of what a run's verdicts come from: results and provenance to the byte, versions, code as `code_state`.

    "" where that can't be told, as while a commit is under way or after one that was cut off.
    """
    digest = hashlib.sha256("\n".join([*code_state(), sys.version, *map(version, _LIBRARIES)]).encode())
    for name, must_be_there in ((DATABASE, True), (PROVENANCE, False)):
        try:
            with (run / name).open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        except OSError:
            if must_be_there:
                return ""
            digest.update(b"none")
    return "" if (run / f"{DATABASE}-journal").exists() else digest.hexdigest()


def report_on(run: Path, folder: Path, *, to_keep: bool = True) -> RunReport:
    """What was kept in the report's folder of the run as it is now; else it is judged.

    `to_keep` says whether it may be kept then, for which the database is read once more. Raises `UserError` where it is
    damaged.
    """
    now = origin(run) if to_keep or (folder / NOTE).exists() else ""
    return _kept(run, folder, now) or judged(run, now)


def judged(run: Path, now: str) -> RunReport:
    """Reads the run, whose `origin` this is, and judges it; raises `UserError` where it is damaged."""
    data = read_run(run)
    return RunReport.of(data, analyse(data, by_copies=len(data.trials) > _MANY_TRIALS), origin=now)


def keep(report: RunReport, folder: Path) -> None:
    """Leaves it in the report's folder, unless it is from there, or the run has changed since it was read.

    Where there is no room for it, the next report takes its time again.
    """
    if report.kept or not report.origin or origin(Path(report.facts.path)) != report.origin:
        return
    facts, analysis = report.facts, report.analysis
    said = {
        "facts": {field.name: getattr(facts, field.name) for field in fields(facts) if field.name not in _PLACE}
        | {
            "tasks": _packed(facts.tasks),
            "thresholds": asdict(facts.thresholds),
            "predictions": asdict(facts.predictions) if facts.predictions else None,
        },
        "pairings": _packed(analysis.pairings),
        "references": dict(analysis.references),
        "tasks": _packed(analysis.tasks),
        "shares": _packed(report.shares),
        "digests": dict(report.digests),
    }
    text = json.dumps(said)
    with suppress(OSError):
        replace_file(folder / NOTE, f"{_seal(report.origin, text)}\n{text}".encode())


def _kept(run: Path, folder: Path, now: str) -> RunReport | None:
    """None where nothing was kept of this state of the run, or not a digit of it is certain any more."""
    try:
        seal, text = (folder / NOTE).read_text(encoding="utf-8").split("\n", 1)
    except (OSError, ValueError):
        return None
    return _unsealed(run, json.loads(text), now) if now and seal == _seal(now, text) else None


def _seal(now: str, text: str) -> str:
    """That this was said of that state."""
    return hashlib.sha256(f"{now}\n{text}".encode()).hexdigest()


def _unsealed(run: Path, said: Mapping[str, Any], now: str) -> RunReport:
    facts = said["facts"]
    return RunReport(
        facts=RunFacts(
            name=run.resolve().name,
            path=str(run),
            **facts
            | {
                "tasks": _unpacked(facts["tasks"]),
                "thresholds": Thresholds(**facts["thresholds"]),
                "shards": tuple(facts["shards"]),
                "predictions": FrozenPredictions(**facts["predictions"]) if facts["predictions"] else None,
            },
        ),
        analysis=Analysis(_unpacked(said["pairings"]), said["references"], _unpacked(said["tasks"])),
        read=partial(_read_unchanged, run, now),
        kept=Kept(_unpacked(said["shares"]), said["digests"]),
        origin=now,
    )


def _read_unchanged(run: Path, now: str) -> RunData:
    data = read_run(run)
    if origin(run) != now:
        raise user_error(f"'{run}' changed while its report was written", hint="report again", code=ExitCode.RESULTS)
    return data


def _packed(frame: pd.DataFrame) -> dict[str, Any]:
    """Python's JSON holds floats to the last digit, those that are not finite too; pandas' own NA becomes null."""
    flat = frame.reset_index()
    return {
        "index": frame.index.names,
        "columns": {
            name: [str(flat[name].dtype), [None if cell is pd.NA else cell for cell in flat[name].tolist()]]
            for name in flat.columns
        },
    }


def _unpacked(packed: Mapping[str, Any]) -> pd.DataFrame:
    columns = {name: pd.Series(cells, dtype=dtype) for name, (dtype, cells) in packed["columns"].items()}
    return pd.DataFrame(columns).set_index(packed["index"])
