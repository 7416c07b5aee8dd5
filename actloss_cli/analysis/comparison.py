"""One pairing held against the reference on the seeds that both have: the numbers that the verdict's rules look at."""

from dataclasses import dataclass

import numpy as np

from actloss_cli.analysis.evidence import Evidence, TaskFacts
from actloss_cli.analysis.references import Reference, steps_to_reach
from actloss_cli.analysis.statistics import Interval, PairedScores, contrast, paired_scores, relative
from actloss_cli.plan.selection import Floats
from actloss_cli.plan.thresholds import Thresholds


@dataclass(frozen=True)
class Comparison:
    """n seeds; scores clipped below at the floor, non-finite ones at it."""

    reference: str
    """Its label."""
    scores: PairedScores
    score: float
    reference_score: float
    relative: Interval
    keeps: Interval
    """The contrast with the share that a pairing must keep to work."""
    fails: Interval
    """The contrast with the share below which it fails."""
    bad_below: float
    """The score under which a seed counts as collapsed."""
    k_bad: int
    k_good: int
    steps: Floats
    """`[n]`: to the reference's target; infinite for a miss."""
    reference_steps: Floats
    steps_per_epoch: int

    @property
    def n(self) -> int:
        """Seeds compared."""
        return self.scores.n

    @property
    def summary(self) -> str:
        """The one sentence that most verdicts rest on."""
        share = self.relative
        return (
            f"score {self.score:.3f} against {self.reference_score:.3f} of {self.reference}: "
            f"relative {share.mean:.3f} [{share.low:.3f}, {share.high:.3f}]"
        )


def compare(
    evidence: Evidence, row_scores: Floats, reference: Reference, task: TaskFacts, thresholds: Thresholds
) -> Comparison:
    """Compares over the final seeds that finished, of which there must be one; `row_scores` `[n, N]` of all seeds."""
    finals = evidence.finals
    seeds = finals.finished
    x, r = finals.score[seeds], reference.score[seeds]
    scores = paired_scores(x, r, row_scores[seeds], reference.row_scores[seeds], task.strata, task.floor)
    gain = float(reference.score.mean() - task.floor)
    keep = 1 - thresholds.margin
    bad_below = task.floor + thresholds.fail_share * gain
    return Comparison(
        reference=reference.label,
        scores=scores,
        score=float(x.mean()),
        reference_score=float(r.mean()),
        relative=relative(scores, thresholds.look_level),
        keeps=contrast(scores, keep, thresholds.look_level),
        fails=contrast(scores, thresholds.fail_share, thresholds.look_level),
        bad_below=bad_below,
        k_bad=int(np.sum(x < bad_below)),
        k_good=int(np.sum(x - task.floor >= keep * gain)),
        steps=steps_to_reach(finals, reference.target, task)[seeds],
        reference_steps=reference.steps[seeds],
        steps_per_epoch=task.steps_per_epoch,
    )
