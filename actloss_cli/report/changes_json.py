"""What changed between two runs as JSON, for scripts: keys that stay."""

from dataclasses import asdict
from typing import Any

import pandas as pd

from actloss_cli.analysis.change_counts import ChangeCounts, count_by_task, count_changes, count_transitions
from actloss_cli.analysis.changes import Changes
from actloss_cli.report.frame_rows import row_at, rows_of
from actloss_cli.report.json_text import document
from actloss_cli.store.data import RunData


def changes_json(before: RunData, after: RunData, changes: Changes) -> str:
    """JSON: before, after, counts, tasks, settings, not_compared, verdict_changes, only_before, only_after, pairings.

    `pairings` holds all that both runs have, with each column of `Changes.pairings`.
    """
    transitions = count_transitions(changes.pairings)
    return document(
        {
            "before": _run(before),
            "after": _run(after),
            "counts": _counts(count_changes(changes.pairings)),
            "tasks": [_task(changes, task, counts) for task, counts in count_by_task(changes.pairings)],
            "settings": [asdict(change) | {"tasks": list(change.tasks)} for change in changes.settings.changes],
            "not_compared": list(changes.settings.unknown),
            "verdict_changes": [{"before": was, "after": now, "n": n} for (was, now), n in transitions.items()],
            "only_before": _rows(changes.only_before),
            "only_after": _rows(changes.only_after),
            "pairings": _rows(changes.pairings),
        }
    )


def _run(run: RunData) -> dict[str, Any]:
    return {
        "name": run.name,
        "path": run.path,
        "finished": run.n_missing == 0,
        "n_missing": run.n_missing,
        "n_pairings": len(run.pairings),
        "n_trials": len(run.trials),
    }


def _task(changes: Changes, task: str, counts: ChangeCounts) -> dict[str, Any]:
    reference = row_at(changes.references, task)
    references = {f"reference_{side}": reference[side] or None for side in ("before", "after")}
    return {"task": task, **references, **_counts(counts)}


def _counts(counts: ChangeCounts) -> dict[str, int | bool]:
    return asdict(counts) | {"n_moved": counts.n_moved, "holds": counts.holds}


def _rows(pairings: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for _, row in rows_of(pairings)]
