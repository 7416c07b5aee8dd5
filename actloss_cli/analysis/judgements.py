"""The four judgements of a pairing, each a word: of its score, its speed, its stability and its probabilities.

The verdict sums up the first three; these say which of them it rests on, and how the others stand beside it.
"""

import math
from enum import StrEnum

from actloss_cli.analysis.comparison import Comparison
from actloss_cli.analysis.statistics import sign_test
from actloss_cli.plan.thresholds import Thresholds


class ScoreGrade(StrEnum):
    """Of the share of the reference's gain that is kept."""

    GOOD = "good"
    IMPAIRED = "impaired"
    FAILS = "fails"
    UNDECIDED = "undecided"


class SpeedGrade(StrEnum):
    """Of the steps to the target."""

    AS_FAST = "as fast"
    SLOW = "slow"
    NEVER = "never there"


class StabilityGrade(StrEnum):
    """Of what seeds do."""

    STABLE = "stable"
    UNSTABLE = "unstable"
    COLLAPSES = "collapses"
    DIVERGES = "diverges"
    UNDECIDED = "undecided"


class ProbabilityGrade(StrEnum):
    """Of the implied probabilities, against those of the best proper pairing."""

    CALIBRATED = "calibrated"
    IMPAIRED = "impaired"
    NONE = "none"
    UNDECIDED = "undecided"


def grade_score(comparison: Comparison) -> ScoreGrade:
    """By the intervals that the verdict uses."""
    if comparison.keeps.low >= 0:
        return ScoreGrade.GOOD
    if comparison.fails.high < 0:
        return ScoreGrade.FAILS
    return ScoreGrade.IMPAIRED if comparison.keeps.high < 0 else ScoreGrade.UNDECIDED


def grade_speed(comparison: Comparison, thresholds: Thresholds) -> SpeedGrade:
    """Slow by the sign test; `never there` where the median seed misses the target that the reference's reaches."""
    if not is_slow(comparison, thresholds):
        return SpeedGrade.AS_FAST
    return SpeedGrade.NEVER if math.isinf(comparison.speed.steps) else SpeedGrade.SLOW


def grade_stability(comparison: Comparison, n_diverged: int, thresholds: Thresholds) -> StabilityGrade:
    """By collapsed, good and non-finite seeds; `undecided` where some collapse, too few to tell."""
    if n_diverged > comparison.n / 2:
        return StabilityGrade.DIVERGES
    if comparison.k_bad == 0:
        return StabilityGrade.STABLE
    if min(comparison.k_bad, comparison.k_good) >= thresholds.min_unstable:
        return StabilityGrade.UNSTABLE
    if comparison.k_bad / comparison.n >= thresholds.fail_seeds:
        return StabilityGrade.COLLAPSES
    return StabilityGrade.UNDECIDED


def is_slow(comparison: Comparison, thresholds: Thresholds) -> bool:
    """Whether seeds take more than `slow_factor` times the reference's steps, beyond chance and beyond a few epochs."""
    if sign_test(comparison.speed.n_slower, comparison.n) > thresholds.look_slow_p:
        return False
    # Most seeds are slower, so the median is not among those where both miss the target.
    return comparison.speed.gap >= thresholds.slow_evaluations * comparison.steps_per_epoch
