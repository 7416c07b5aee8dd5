"""Whether contenders that should do the same training reach the same scores."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.jobs import Curve, Job

TOLERANCE = 0.02
CLOSE_SHARE = 0.9
"""Of the settled trials so many must end within the tolerance of ours, each by itself. By rounding alone 3 % of those
on digits do not in the main grid: an identity into categorical cross-entropy divides by sums near 0."""


@dataclass(frozen=True)
class Agreement:
    """The last validation scores of the same trials on one task, ours and a contender's; clipped below at the floor."""

    contender: str
    task: str
    n_trials: int
    ours: float
    theirs: float
    """Means over the trials."""
    n_settled: int
    """Trials at no higher rate than tuning chose, whose own curve is flat at its end. With others, rounding alone makes
    for another score."""
    n_close: int
    """Of these, those that end within the tolerance."""

    @property
    def holds(self) -> bool:
        """Whether the means agree, and nearly all of the settled trials."""
        return abs(self.ours - self.theirs) <= TOLERANCE and self.n_close >= CLOSE_SHARE * self.n_settled


def compare_scores(job: Job, contender: str, scores: Mapping[str, float]) -> list[Agreement]:
    """One line per task; a diverged trial counts as the floor on either side."""
    chosen = {(t.task.label, t.pairing): t.lr for t in job.trials if t.phase == "final"}
    found = []
    for label, facts in job.plan.tasks.items():
        trials = [trial for trial in job.trials if trial.task.label == label and trial.id in scores]
        if not trials:
            continue
        ours = np.array([_clipped(float(job.curves[t.id][-1]), facts.floor) for t in trials])
        theirs = np.array([_clipped(scores[t.id], facts.floor) for t in trials])
        is_settled = np.array(
            [t.lr <= chosen[label, t.pairing] and is_flat_at_end(job.curves[t.id], facts.floor) for t in trials]
        )
        n_close = int((np.abs(ours - theirs) <= TOLERANCE)[is_settled].sum())
        means = float(ours.mean()), float(theirs.mean())
        found.append(Agreement(contender, label, len(trials), *means, int(is_settled.sum()), n_close))
    return found


def is_flat_at_end(curve: Curve, floor: float) -> bool:
    """Whether a curve stays within the tolerance over the last third of its epochs; never if it is not finite."""
    end = np.maximum(curve[-math.ceil(len(curve) / 3) :], floor)
    return bool(np.isfinite(curve).all() and end.max() - end.min() <= TOLERANCE)


def disagreement(lines: Sequence[Agreement], contender: str) -> str:
    """Why a contender is not compared with us; "" where its scores agree on every task."""
    tasks = [line.task for line in lines if line.contender == contender and not line.holds]
    return f"its scores disagree on {', '.join(tasks)}" if tasks else ""


def _clipped(score: float, floor: float) -> float:
    return floor if math.isnan(score) else max(score, floor)
