"""One pairing held against the reference on the seeds that both have: the numbers that the verdict's rules look at."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from actloss_cli.analysis.evidence import Evidence, Finals, TaskFacts
from actloss_cli.analysis.references import Reference
from actloss_cli.analysis.statistics import Interval, PairedScores, contrast, median, pair_all, relative
from actloss_cli.plan.selection import Floats, epochs_to_reach
from actloss_cli.plan.thresholds import Thresholds


@dataclass(frozen=True)
class Speed:
    """Steps to the reference's target, medians over seeds; infinite for a miss."""

    steps: float
    reference_steps: float
    gap: float
    """Of the steps over the reference's."""
    ratio: float
    """To the reference's, over the seeds in which either gets there; NaN without one."""
    n_slower: int
    """Seeds that take more than so many times the reference's steps; both missing the target is not slower."""


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
    speed: Speed
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
    row_means = row_scores[evidence.finals.finished].mean(axis=0, dtype=np.float64)[None]
    (comparison,) = compare_all([evidence.finals], row_means, reference, task, thresholds)
    return comparison


def compare_all(
    finals: Sequence[Finals], row_means: Floats, reference: Reference, task: TaskFacts, thresholds: Thresholds
) -> list[Comparison]:
    """The same of P pairings at once, all of which finished on the same seeds; `row_means` `[P, N]` over these."""
    seeds = finals[0].finished
    x, r = np.stack([one.score[seeds] for one in finals]), reference.score[seeds]
    r_rows = reference.row_scores[seeds].mean(axis=0, dtype=np.float64)
    curves = np.stack([one.validation_score[seeds] for one in finals])  # (P, n, E)
    steps = epochs_to_reach(curves, reference.target) * task.steps_per_epoch
    gain = reference.mean_score - task.floor
    keep = 1 - thresholds.margin
    bad_below = task.floor + thresholds.fail_share * gain
    return [
        Comparison(
            reference=reference.label,
            scores=scores,
            score=score,
            reference_score=float(r.mean()),
            relative=relative(scores, thresholds.look_level),
            keeps=contrast(scores, keep, thresholds.look_level),
            fails=contrast(scores, thresholds.fail_share, thresholds.look_level),
            bad_below=bad_below,
            k_bad=k_bad,
            k_good=k_good,
            speed=speed,
            steps_per_epoch=task.steps_per_epoch,
        )
        for scores, score, k_bad, k_good, speed in zip(
            pair_all(x, r[None], row_means, r_rows[None], task.strata, task.floor),
            x.mean(axis=1).tolist(),
            (x < bad_below).sum(axis=1).tolist(),
            (x - task.floor >= keep * gain).sum(axis=1).tolist(),
            compare_speed(steps, reference.steps[seeds], thresholds.slow_factor),
            strict=True,
        )
    ]


def compare_speed(steps: Floats, reference_steps: Floats, slow_factor: float) -> list[Speed]:
    """Of P pairings' steps `[P, n]` and the reference's `[n]` on the same seeds; a miss is infinite."""
    # Where both miss the target, neither is slower, and there is no ratio.
    gap = np.subtract(steps, reference_steps, where=steps != reference_steps, out=np.zeros_like(steps))
    either = ~(np.isinf(steps) & np.isinf(reference_steps))
    ratio = np.divide(steps, reference_steps, where=either, out=np.full_like(steps, np.nan))
    with np.errstate(invalid="ignore"):  # between gaps of plus and minus infinity
        medians = [median(values.T).tolist() for values in (steps, gap, ratio)]
    n_slower = (steps > slow_factor * reference_steps).sum(axis=1).tolist()
    at_reference = float(np.median(reference_steps))
    return [
        Speed(steps=ours, reference_steps=at_reference, gap=by, ratio=times, n_slower=n)
        for ours, by, times, n in zip(*medians, n_slower, strict=True)
    ]
