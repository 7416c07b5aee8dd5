"""What the page opens of each pairing: its facts in the words of `actloss show`, and the numbers of its charts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from actloss_cli.analysis.explanations import BETWEEN_NOTICES
from actloss_cli.analysis.pairings import Analysis
from actloss_cli.plan.selection import TARGET_SHARE
from actloss_cli.report.agreement_table import prediction_sentence
from actloss_cli.report.curve_data import sum_up_curves, target_score
from actloss_cli.report.frame_rows import of_task, row_at
from actloss_cli.report.number_format import score_name
from actloss_cli.report.pairing_facts import (
    FINAL_HEADER,
    TUNING_HEADER,
    diagnostics,
    finals,
    judgements,
    metrics,
    numbers,
    tuning,
)
from actloss_cli.store.data import RunData

_COLUMNS = ("seed", "lr", "score", "status", "diverged_epoch", "best_epoch", "best_validation_score")
PER_UNIT = 1000
"""Scores in charts are whole thousandths, as the tables show them."""


@dataclass(frozen=True)
class _Trials:
    """A run's trials as columns, and where those of each pairing are."""

    columns: Mapping[str, NDArray[Any]]
    ids: list[str]
    is_final: NDArray[np.bool_]
    places: Mapping[str, NDArray[np.int64]]

    @classmethod
    def of(cls, run: RunData) -> "_Trials":
        trials = run.trials
        return cls(
            columns={name: trials[name].to_numpy() for name in _COLUMNS},
            ids=trials.index.tolist(),
            is_final=(trials["phase"] == "final").to_numpy(),
            places={str(id_): np.asarray(at) for id_, at in trials.groupby("pairing_id").indices.items()},
        )

    def at(self, places: NDArray[np.int64]) -> dict[str, list[Any]]:
        return {name: column[places].tolist() for name, column in self.columns.items()}


def details(run: RunData, analysis: Analysis, sketches: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One document for each task, in the plan's order: what its pairings share, then `pairings` by id."""
    table = _Trials.of(run)
    for task in map(str, analysis.tasks.index):
        facts = row_at(run.tasks, task)
        floor = float(facts["floor"])
        reference = analysis.references.get(task)
        pairings = of_task(analysis.pairings, task)
        target = target_score(run, reference, floor)
        yield {
            "task": task,
            "score": f"validation {score_name(facts['kind'])}",
            "floor": floor,
            "target": target,
            "target_share": f"{100 * TARGET_SHARE:g} %",
            "steps_per_epoch": int(facts["steps_per_epoch"]),
            "reference": reference,
            "per_unit": PER_UNIT,
            "sketches": sketches.get(task, {}),
            "finals": [*FINAL_HEADER, "trial"],
            "tuning": TUNING_HEADER,
            "pairings": dict(_pairings(run, table, pairings, floor, int(facts["epochs"]), int(facts["hidden"]))),
        }


def _pairings(
    run: RunData, table: _Trials, pairings: pd.DataFrame, floor: float, epochs: int, n_hidden: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    rows = cast(list[dict[str, Any]], pairings.to_dict("records"))
    for pairing_id, row in zip(pairings.index.tolist(), rows, strict=True):
        told: dict[str, Any] = {
            "reason": row["reason"],
            "predicted": prediction_sentence(row),
            "cause": row["cause"],
            "notices": [notice for notice in row["notices"].split(BETWEEN_NOTICES) if notice],
        }
        places = table.places.get(pairing_id)
        if places is not None:
            is_final = table.is_final[places]
            told |= _measured(row)
            told |= _tuned(table, places[~is_final], row["lr"], floor)
            told |= _trained(run, table, places[is_final], floor, epochs, n_hidden)
        yield pairing_id, told


def _measured(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "judgements": judgements(row),
        "numbers": list(numbers(row).items()),
        "metrics": list(metrics(row).items()),
    }


def _tuned(table: _Trials, places: NDArray[np.int64], chosen: float, floor: float) -> dict[str, Any]:
    """The tune trials: rows of text, ids, and for the chart each trial's rate, score and whether it diverged."""
    trials = table.at(places)
    return {
        "tuning": list(tuning(trials, chosen, floor)),
        "sweep": {
            "lr": trials["lr"],
            "score": _whole(np.fmax(np.asarray(trials["score"], np.float64), floor)),
            "diverged": [int(status == "diverged") for status in trials["status"]],
            "chosen": None if np.isnan(chosen) else chosen,
            "trial": [table.ids[place] for place in places],
        },
    }


def _trained(
    run: RunData, table: _Trials, places: NDArray[np.int64], floor: float, epochs: int, n_hidden: int
) -> dict[str, Any]:
    """The final trials: rows of text with ids, the curves' quartiles, diagnostics."""
    places = places[np.argsort(table.columns["seed"][places])]
    curves = sum_up_curves(run.validation_score[places, :epochs], table.columns["status"][places], floor)
    ids = [table.ids[place] for place in places]
    points = [run.diagnostics[id_] for id_ in ids if id_ in run.diagnostics]
    told: dict[str, Any] = {
        "finals": [[*cells, id_] for cells, id_ in zip(finals(table.at(places)), ids, strict=True)],
        "curves": [_whole(curve) for curve in (curves.lower_quartile, curves.median, curves.upper_quartile)],
    }
    if points:
        header, rows = diagnostics(points, epochs, n_hidden)
        told["diagnostics"] = [header, *rows]
    return told


def _whole(scores: NDArray[np.float64]) -> list[int]:
    return [int(score) for score in np.rint(PER_UNIT * scores)]
