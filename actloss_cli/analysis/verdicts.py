"""From evidence to a verdict: the ordered rules, each a function of its own; the first that fits decides."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from actloss_cli.analysis.comparison import Comparison
from actloss_cli.analysis.evidence import Evidence
from actloss_cli.analysis.judgements import is_slow
from actloss_cli.analysis.statistics import Interval, seeds_needed
from actloss_cli.plan.thresholds import Thresholds


class VerdictName(StrEnum):
    """The closed vocabulary."""

    WORKS = "works"
    SLOW = "slow"
    IMPAIRED = "impaired"
    FAILS = "fails"
    UNSTABLE = "unstable"
    DIVERGES = "diverges"
    INVALID = "invalid"
    INCOMPLETE = "incomplete"
    UNDECIDED = "undecided"
    NO_SIGNAL = "no signal"


WORKING = frozenset({VerdictName.WORKS, VerdictName.SLOW})
MISMATCHED = frozenset(
    {VerdictName.IMPAIRED, VerdictName.FAILS, VerdictName.UNSTABLE, VerdictName.DIVERGES, VerdictName.INVALID}
)


@dataclass(frozen=True)
class Verdict:
    """A word of the vocabulary and the sentence with the number that decided."""

    name: VerdictName
    reason: str
    seeds_needed: int | None = None
    """Final seeds that would settle it, at most `Thresholds.most_seeds`; None unless undecided for want of seeds."""


def judge_task(
    evidence: Sequence[Evidence], reference: Evidence | None, gain: Interval | None, thresholds: Thresholds
) -> Verdict | None:
    """Gives the verdict that a whole task shares, if it has one (rule 1): `no signal`, or `incomplete` so far.

    `reference` is the pairing that `select_reference` gave, `gain` its mean test score over the floor. As long as a
    pairing lacks trials that are still to come, the reference may change, and nothing is said.
    """
    valid = [one for one in evidence if not one.invalid]
    unfinished = sum(_is_unfinished(one) for one in valid)
    if unfinished:
        return _incomplete(f"the reference is not known yet: {unfinished} of {len(valid)} pairings lack trials")
    if reference is None:
        return Verdict(
            VerdictName.NO_SIGNAL, "no pairing came through tuning and its final trials without a failed seed"
        )
    assert gain is not None, "a reference has all its final trials"
    if not gain.low >= thresholds.signal:
        return Verdict(
            VerdictName.NO_SIGNAL,
            f"the reference {reference.label} gains {gain.mean:.3f} [{gain.low:.3f}, {gain.high:.3f}] over the floor, "
            f"not clearly {thresholds.signal:g}",
        )
    return None


def _is_unfinished(evidence: Evidence) -> bool:
    """Whether trials are still to come; those that crashed are not waited for."""
    tuning, finals = evidence.tuning, evidence.finals
    if tuning.n_lost:
        return False
    return tuning.choice is None or tuning.n_missing > 0 or finals.n_missing > 0 or not len(finals.trials)


def judge(evidence: Evidence, comparison: Comparison | None, task: Verdict | None, thresholds: Thresholds) -> Verdict:
    """Gives a pairing's verdict by rules 1 to 9; `task` is what `judge_task` says.

    `comparison` may be None only where the pairing's final trials or the reference's are not all there.
    """
    if invalid := _judge_invalid(evidence):  # known before any trial, so that it stands without signal too
        return invalid
    if task is not None and task.name is VerdictName.NO_SIGNAL:
        return task
    if early := _judge_incomplete(evidence) or task:
        return early
    assert comparison is not None
    for rule in (_judge_diverges, _judge_unstable, _judge_fails, _judge_impaired):
        if verdict := rule(evidence, comparison, thresholds):
            return _at_edge(evidence, verdict) or verdict
    return _judge_works(comparison, thresholds) or _undecided(comparison, thresholds)


def _judge_invalid(evidence: Evidence) -> Verdict | None:
    return Verdict(VerdictName.INVALID, evidence.invalid) if evidence.invalid else None


def _judge_incomplete(evidence: Evidence) -> Verdict | None:
    tuning, finals = evidence.tuning, evidence.finals
    n = len(finals.trials)
    if tuning.choice is None:
        return _incomplete("no tuning trial is there yet")
    if tuning.n_missing:
        return _incomplete(f"{tuning.n_missing} of {tuning.n_present + tuning.n_missing} tuning trials are missing")
    if tuning.n_lost:
        return _incomplete(f"{tuning.n_lost} of {tuning.n_present} tuning trials crashed or timed out")
    if finals.n_lost:
        return _incomplete(f"{finals.n_lost} of {n} final trials crashed or timed out")
    if finals.n_missing:
        return _incomplete(f"{finals.n_missing} of {n} final trials are missing")
    return None


def _judge_diverges(evidence: Evidence, comparison: Comparison, _: Thresholds) -> Verdict | None:
    tuning = evidence.tuning
    n_lrs, n_seeds = tuning.validation_score.shape[:2]
    if evidence.finals.n_diverged > comparison.n / 2:
        reason = f"{evidence.finals.n_diverged} of {comparison.n} final trials turned non-finite"
    elif (tuning.n_diverged > n_seeds / 2).all():
        share = f"{tuning.n_diverged.sum()} of {tuning.n_present}"
        reason = f"{share} tuning trials turned non-finite, most seeds at each of {n_lrs} learning rates"
    else:
        return None
    return Verdict(VerdictName.DIVERGES, reason)


def _judge_unstable(_: Evidence, comparison: Comparison, thresholds: Thresholds) -> Verdict | None:
    if min(comparison.k_bad, comparison.k_good) < thresholds.min_unstable:
        return None
    return Verdict(
        VerdictName.UNSTABLE,
        f"{_collapsed(comparison)}, {comparison.k_good} are as good as {comparison.reference}",
    )


def _judge_fails(_: Evidence, comparison: Comparison, thresholds: Thresholds) -> Verdict | None:
    if comparison.fails.high < 0:
        return Verdict(VerdictName.FAILS, comparison.summary)
    if comparison.k_bad / comparison.n >= thresholds.fail_seeds:
        return Verdict(VerdictName.FAILS, _collapsed(comparison))
    return None


def _judge_impaired(_: Evidence, comparison: Comparison, __: Thresholds) -> Verdict | None:
    return Verdict(VerdictName.IMPAIRED, comparison.summary) if comparison.keeps.high < 0 else None


def _at_edge(evidence: Evidence, verdict: Verdict) -> Verdict | None:
    choice = evidence.tuning.choice
    if choice is None or choice.at_edge is None:
        return None
    end = "smallest" if choice.at_edge == "low" else "largest"
    reason = f"lr range: {choice.lr:g} is best and the {end} tried; as it stands {verdict.name}, {verdict.reason}"
    return Verdict(VerdictName.UNDECIDED, reason)


def _judge_works(comparison: Comparison, thresholds: Thresholds) -> Verdict | None:
    if not (comparison.keeps.low >= 0 and comparison.k_bad == 0):
        return None
    if not is_slow(comparison, thresholds):
        return Verdict(VerdictName.WORKS, comparison.summary)
    speed = comparison.speed
    return Verdict(
        VerdictName.SLOW,
        f"{speed.n_slower} of {comparison.n} seeds take more than {thresholds.slow_factor:g} times the steps of "
        f"{comparison.reference}: median {_steps(speed.steps)} against {_steps(speed.reference_steps)}",
    )


def _undecided(comparison: Comparison, thresholds: Thresholds) -> Verdict:
    keep, most = 1 - thresholds.margin, max(thresholds.most_seeds, comparison.n + 1)
    if comparison.n < 2:
        return Verdict(VerdictName.UNDECIDED, "a single final seed gives no interval")
    if comparison.keeps.low >= 0:
        # At the rate seen, that many seeds would show enough collapses to call it unstable.
        n = min(math.ceil(comparison.n * thresholds.min_unstable / comparison.k_bad), most)
        reason = f"{_collapsed(comparison)}, too few to call it unstable"
    else:
        n = seeds_needed(comparison.scores, keep, most, thresholds.look_level)
        reason = f"{comparison.summary} includes {keep:g}"
    settled = f"{n} seeds or more" if n == most else f"about {n} seeds"
    return Verdict(VerdictName.UNDECIDED, f"{reason}; {settled} would settle it", n)


def _incomplete(reason: str) -> Verdict:
    return Verdict(VerdictName.INCOMPLETE, reason)


def _collapsed(comparison: Comparison) -> str:
    return f"{comparison.k_bad} of {comparison.n} seeds stay below {comparison.bad_below:.3f}"


def _steps(steps: float) -> str:
    return f"{steps:,.0f}" if math.isfinite(steps) else "never"
