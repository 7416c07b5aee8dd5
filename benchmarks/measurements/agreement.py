"""Whether contenders that should do the same training reach the same scores."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.jobs import Job

TOLERANCE = 0.02


@dataclass(frozen=True)
class Agreement:
    """Mean last validation score of the same trials on one task, ours and a contender's; clipped below at the floor."""

    contender: str
    task: str
    n_trials: int
    ours: float
    theirs: float

    @property
    def holds(self) -> bool:
        """Within the tolerance."""
        return abs(self.ours - self.theirs) <= TOLERANCE


def compare_scores(job: Job, contender: str, scores: Mapping[str, float]) -> list[Agreement]:
    """One line per task; a diverged trial counts as the floor on either side."""
    found = []
    for label, facts in job.plan.tasks.items():
        ids = [t.id for t in job.trials if t.task.label == label and t.id in scores]
        if ids:
            ours, theirs = (
                sum(_clipped(source[i], facts.floor) for i in ids) / len(ids) for source in (job.scores, scores)
            )
            found.append(Agreement(contender, label, len(ids), ours, theirs))
    return found


def _clipped(score: float, floor: float) -> float:
    return floor if math.isnan(score) else max(score, floor)
