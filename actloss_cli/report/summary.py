"""A run in one small JSON file, for scripts: keys that stay, one entry for each task."""

from dataclasses import asdict
from typing import Any

import pandas as pd

from actloss_cli.analysis.agreement import agreement_table
from actloss_cli.analysis.explanations import BETWEEN_NOTICES
from actloss_cli.analysis.pairings import Analysis
from actloss_cli.analysis.task_summary import summarise_task
from actloss_cli.analysis.verdicts import VerdictName
from actloss_cli.report.frame_rows import of_task, row_at, rows_of
from actloss_cli.report.json_text import document
from actloss_cli.report.ranking import best_pairings, pairing_label, rank_pairings, worst_mismatched
from actloss_cli.report.verdict_style import VERDICTS
from actloss_cli.store.data import RunFacts

N_LISTED = 10
_NUMBERS = ("lr", "score", "score_low", "score_high", "relative", "relative_low", "relative_high", "steps_to_target")


def summary_json(run: RunFacts, analysis: Analysis) -> str:
    """JSON with name, finished, n_missing, n_pairings, n_trials, agreement (rows of `agreement_table`), tasks."""
    summary = {
        "name": run.name,
        "finished": run.n_missing == 0,
        "n_missing": run.n_missing,
        "n_pairings": len(analysis.pairings),
        "n_trials": run.n_trials,
        "agreement": agreement_table(analysis.pairings).to_dict("records"),
        "tasks": [_task(run, analysis, str(task)) for task in analysis.tasks.index],
    }
    return document(summary)


def selection_json(name: str, chosen: pd.DataFrame, n_pairings: int) -> str:
    """JSON with name, n_pairings of the run, n_chosen, and the chosen `pairings` as `summary_json` has them."""
    pairings = _pairings(rank_pairings(chosen))
    return document({"name": name, "n_pairings": n_pairings, "n_chosen": len(chosen), "pairings": pairings})


def _task(run: RunFacts, analysis: Analysis, task: str) -> dict[str, Any]:
    """`works` holds the best by test score of those that work; `mismatched` the worst of those trained, worst first.

    `working_heads` says under which outputs and losses pairings work, `causes` what the mismatched ones are due to.
    """
    pairings = of_task(analysis.pairings, task)
    facts = row_at(analysis.tasks, task)
    reference = pairings[pairings["is_reference"]]
    told = summarise_task(pairings)
    return {
        "task": task,
        "kind": facts["kind"],
        "dataset": facts["dataset"],
        "score_name": "r2" if facts["kind"] == "regression" else "balanced_accuracy",
        "floor": float(row_at(run.tasks, task)["floor"]),
        "no_signal": bool(facts["no_signal"]),
        "reference": _pairing(reference.iloc[0]) if len(reference) else None,
        "n_pairings": len(pairings),
        "n_working": int(facts["n_working"]),
        "n_mismatched": int(facts["n_mismatched"]),
        "counts": {verdict: int(facts[VerdictName(verdict)]) for verdict in VERDICTS},
        "working_heads": [asdict(head) for head in told.working],
        "causes": [asdict(group) for group in told.mismatched],
        "works": _pairings(best_pairings(pairings[pairings["works"]], N_LISTED)),
        "mismatched": _pairings(worst_mismatched(pairings, N_LISTED)[::-1]),
    }


def _pairings(pairings: pd.DataFrame) -> list[dict[str, Any]]:
    return [_pairing(row) for _, row in rows_of(pairings)]


def _pairing(row: pd.Series) -> dict[str, Any]:
    return {
        "pairing_id": row.name,
        "pairing": pairing_label(row),
        "verdict": row["verdict"],
        "reason": row["reason"],
        "predicted": row["predicted"],
        "predicted_rule": row["predicted_rule"],
        **{f"{name}_grade": row[f"{name}_grade"] or None for name in ("score", "speed", "stability", "probability")},
        "cause": row["cause"] or None,
        "cause_name": row["cause_name"] or None,
        "notice_names": [name for name in row["notice_names"].split(BETWEEN_NOTICES) if name],
        "notices": [notice for notice in row["notices"].split(BETWEEN_NOTICES) if notice],
        **{name: row[name] for name in _NUMBERS},
    }
