"""What the final trials of a task's pairings say: all pairings at once in which the same seeds finished."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from actloss_cli.analysis.comparison import Comparison, compare_all
from actloss_cli.analysis.evidence import Evidence, TaskFacts
from actloss_cli.analysis.references import Reference
from actloss_cli.analysis.statistics import Interval, score_intervals
from actloss_cli.analysis.trial_table import TrialTable
from actloss_cli.plan.selection import Floats
from actloss_cli.plan.thresholds import Thresholds


@dataclass(frozen=True)
class Measured:
    """What the final trials of a pairing say: on their own, and against the reference where there is one."""

    score: Interval
    comparison: Comparison | None
    validation_score: float
    """At the last epoch: the mean over seeds, non-finite ones at the floor."""
    best_validation_score: float
    """The same at each seed's best epoch."""
    metrics: Sequence[float]
    """Means over seeds, NaN where a seed has none."""


def measure(
    evidence: Sequence[Evidence],
    reference: Reference | None,
    table: TrialTable,
    metrics: Floats,
    task: TaskFacts,
    thresholds: Thresholds,
) -> dict[str, Measured]:
    """By pairing id, of those with a final trial that finished; `metrics` are those of all trials `[T, M]`."""
    groups: dict[bytes, list[Evidence]] = defaultdict(list)
    for one in evidence:
        if one.finals.finished.any():
            groups[one.finals.finished.tobytes()].append(one)
    measured: dict[str, Measured] = {}
    for alike in groups.values():
        finals, seeds = [one.finals for one in alike], alike[0].finals.finished
        row_means = table.row_means(finals, task)
        score = np.stack([one.score[seeds] for one in finals])
        curves = np.stack([one.validation_score[seeds] for one in finals])  # (P, n, E)
        ends = (
            np.where(np.isnan(scores), task.floor, scores).mean(axis=1).tolist()
            for scores in (curves[..., -1], np.fmax.reduce(curves, axis=2))
        )
        found = map(
            Measured,
            score_intervals(score, row_means, task.strata, thresholds.look_level),
            compare_all(finals, row_means, reference, task, thresholds) if reference else [None] * len(alike),
            *ends,
            metrics[np.stack([one.trials[seeds] for one in finals])].mean(axis=1).tolist(),
        )
        measured |= zip((one.pairing_id for one in alike), found, strict=True)
    return measured
