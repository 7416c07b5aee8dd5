"""From a run's tables to a record of each trial, in terms that every tracker has: parameters, metrics, curves, tags."""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from actloss_cli.report.export import trials_table
from actloss_cli.store.data import RunData

PARAMETERS = ("task", "activation", "output", "loss", "optimizer", "lr", "phase", "seed", "n_train", "way")
TAGS = ("status", "pairing_id")
_UNSAID = frozenset({"trial", "diverged_epoch", *PARAMETERS, *TAGS})

Point = tuple[int, float]
"""Step, in updates of the optimizer, and value."""


@dataclass(frozen=True)
class TrialRecord:
    """One trial. What is not finite is left out: trackers differ in what they make of it; `status` says why."""

    id: str
    name: str
    """`task/activation/output/loss/optimizer`, then phase, lr and seed."""
    is_done: bool
    """Whether it came to its end, a diverged one too; crashed ones and those that took too long did not."""
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    metrics: Mapping[str, float]
    """What is known at its end and is no curve's last point."""
    curves: Mapping[str, Sequence[Point]]


def trial_records(run: RunData, curves: pd.DataFrame) -> list[TrialRecord]:
    """Of every stored trial that the plan in force asks for; `curves` are those of `read_curves`."""
    points = _points(curves)
    drawn = set(curves["metric"].unique())
    rows = trials_table(run).to_dict("records")
    names = [str(name) for name in rows[0] if name not in _UNSAID | drawn] if rows else []
    return [
        TrialRecord(
            id=str(row["trial"]),
            name=_name(row),
            is_done=row["status"] in ("done", "diverged"),
            parameters={name: str(row[name]) for name in PARAMETERS},
            tags={name: str(row[name]) for name in TAGS},
            metrics={name: float(row[name]) for name in names if _is_finite(row[name])},
            curves=points.get(str(row["trial"]), {}),
        )
        for row in rows
    ]


def _name(row: Mapping[Hashable, object]) -> str:
    pairing = "/".join(str(row[name]) for name in PARAMETERS[:5])
    return f"{pairing} {row['phase']} lr={row['lr']:g} seed={row['seed']}"


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _points(curves: pd.DataFrame) -> dict[str, dict[str, list[Point]]]:
    """By trial and metric."""
    found: dict[str, dict[str, list[Point]]] = {}
    columns = (curves[name].tolist() for name in ("trial", "metric", "step", "value"))
    for trial, metric, step, value in zip(*columns, strict=True):
        if math.isfinite(value):
            found.setdefault(trial, {}).setdefault(metric, []).append((step, value))
    return found
