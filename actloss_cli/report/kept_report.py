"""What a report said, kept beside its files: as long as nothing changes that it came from, it is said again at once.

Judging tens of thousands of trials takes seconds; a user asks for one report many times, each time for other pairings.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from actloss_cli.analysis.pairings import Analysis
from actloss_cli.plan.thresholds import Thresholds
from actloss_cli.report.run_report import Derived, RunReport
from actloss_cli.store.completion import code_state
from actloss_cli.store.data import RunFacts
from actloss_cli.store.folder import PROVENANCE
from actloss_cli.store.predictions import FrozenPredictions
from actloss_cli.store.reader import read_run
from actloss_cli.store.schema import DATABASE

NOTE = ".report.json"
_LIBRARIES = ("numpy", "pandas", "scipy")


def origin(run: Path) -> str:
    """A digest of every byte that a report on the run comes from: results, provenance, code, libraries.

    "" where that can't be told, as while a commit is under way or after one that was cut off.
    """
    digest = hashlib.sha256("\n".join([*code_state(), *map(version, _LIBRARIES)]).encode())
    try:
        for name in (DATABASE, PROVENANCE):
            with (run / name).open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    except OSError:
        return ""
    return "" if (run / f"{DATABASE}-journal").exists() else digest.hexdigest()


def report_on(run: Path, folder: Path) -> RunReport:
    """What was kept in the report's folder of the run as it is now; else it is read and judged.

    Raises `UserError` where it is damaged.
    """
    now = origin(run)
    return _kept(run, folder, now) or RunReport.of(read_run(run), origin=now)


def keep(report: RunReport, folder: Path) -> None:
    """Leaves it in the report's folder, unless it is from there, or the run has changed since it was read."""
    facts = report.facts
    if report.derived or not report.origin or origin(Path(facts.path)) != report.origin:
        return
    kept = {
        "origin": report.origin,
        "n_trials": facts.n_trials,
        "n_missing": facts.n_missing,
        "thresholds": asdict(facts.thresholds),
        "shards": facts.shards,
        "predictions": asdict(facts.predictions) if facts.predictions else None,
        "is_attested": facts.is_attested,
        "run_tasks": _packed(facts.tasks),
        "pairings": _packed(report.analysis.pairings),
        "references": dict(report.analysis.references),
        "tasks": _packed(report.analysis.tasks),
        "shares": _packed(report.shares),
        "digests": dict(report.digests),
    }
    fresh = folder / f"{NOTE}.new"
    fresh.write_text(json.dumps(kept), encoding="utf-8")
    fresh.replace(folder / NOTE)


def _kept(run: Path, folder: Path, now: str) -> RunReport | None:
    """None where nothing was kept of this state of the run, or it can't be read."""
    try:
        kept = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        return _report(run, kept) if now and kept["origin"] == now else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _report(run: Path, kept: Mapping[str, Any]) -> RunReport:
    facts = RunFacts(
        name=run.resolve().name,
        path=str(run),
        tasks=_unpacked(kept["run_tasks"]),
        n_trials=kept["n_trials"],
        n_missing=kept["n_missing"],
        thresholds=Thresholds(**kept["thresholds"]),
        shards=tuple(kept["shards"]),
        predictions=FrozenPredictions(**kept["predictions"]) if kept["predictions"] else None,
        is_attested=kept["is_attested"],
    )
    analysis = Analysis(_unpacked(kept["pairings"]), kept["references"], _unpacked(kept["tasks"]))
    derived = Derived(_unpacked(kept["shares"]), kept["digests"])
    return RunReport(facts, analysis, partial(read_run, run), derived, kept["origin"])


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
