"""What a classification's implied probabilities are worth, against those of the task's best proper pairing.

Scored by skill, 1 - log loss / log loss of the class rates: at 0 the probabilities say no more than the class rates do,
and losses of different tasks compare. Where outputs had to be clipped and imply no log loss, Brier scores serve.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from actloss_cli.analysis.judgements import ProbabilityGrade
from actloss_cli.analysis.statistics import Covariance, PairedScores, contrast, seed_covariances
from actloss_cli.plan.selection import Floats
from actloss_cli.plan.thresholds import Thresholds

Rule: TypeAlias = Literal["log_loss", "brier"]
_NO_ROWS = Covariance(0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Probabilities:
    """Of one pairing's n final trials, on the test rows; NaN where a trial implies none."""

    log_loss: Floats
    brier: Floats
    validation_log_loss: Floats


@dataclass(frozen=True)
class ProbabilityJudgement:
    """Skill is the mean over seeds, never below 0."""

    grade: ProbabilityGrade
    rule: Rule | None
    skill: float
    log_loss_ratio: float
    """The mean log loss over that of the best proper pairing; NaN where Brier scores serve."""


NO_PROBABILITIES = ProbabilityJudgement(ProbabilityGrade.NONE, None, np.nan, np.nan)


def trivial_losses(strata: NDArray[np.int64]) -> Mapping[Rule, float]:
    """Log loss and Brier score of the class rates of the test rows `[N]`."""
    rates = np.bincount(strata) / len(strata)
    rates = rates[rates > 0]
    return {
        "log_loss": float(-(rates * np.log(rates)).sum()),
        "brier": float((rates * (1 - rates)).sum() / (2 if len(rates) == 2 else 1)),
    }


def best_proper(pairings: Mapping[str, Probabilities]) -> str | None:
    """Of pairings with a proper loss, by id, the one with the least mean log loss on validation; None without one.

    A pairing counts if each of its seeds has a finite log loss, on validation and on the test rows.
    """
    means = {
        id_: float(p.validation_log_loss.mean())
        for id_, p in pairings.items()
        if len(p.log_loss) and np.isfinite(p.validation_log_loss).all() and np.isfinite(p.log_loss).all()
    }
    return min(means, key=lambda id_: (means[id_], id_), default=None)


def judge_probabilities(
    ours: Probabilities, best: Probabilities | None, trivial: Mapping[Rule, float], thresholds: Thresholds
) -> ProbabilityJudgement:
    """`none` where most seeds imply no probabilities at all; a seed that implies none otherwise has no skill.

    `trivial` is what `trivial_losses` gives of the task's test rows.
    """
    rule: Rule = "log_loss" if np.isfinite(ours.log_loss).mean() > 0.5 else "brier"
    values = getattr(ours, rule)
    if best is None or not len(values) or np.isfinite(values).mean() <= 0.5:
        return NO_PROBABILITIES
    theirs: Floats = getattr(best, rule)[: len(values)]
    x, r = (np.maximum(1 - np.where(np.isfinite(v), v, np.inf) / trivial[rule], 0.0) for v in (values, theirs))
    ratio = float(values.mean() / theirs.mean()) if rule == "log_loss" else np.nan
    return ProbabilityJudgement(_grade(_paired(x, r), thresholds), rule, float(x.mean()), ratio)


def _grade(skills: PairedScores, thresholds: Thresholds) -> ProbabilityGrade:
    """By the share of the best one's skill that is kept. Over seeds alone: it speaks of these test rows.

    Where the best one has no skill itself, there is nothing to keep.
    """
    kept = contrast(skills, 1 - thresholds.margin, thresholds.look_level)
    if skills.r <= 0:
        return ProbabilityGrade.UNDECIDED
    if kept.low >= 0:
        return ProbabilityGrade.CALIBRATED
    return ProbabilityGrade.IMPAIRED if kept.high < 0 else ProbabilityGrade.UNDECIDED


def _paired(x: Floats, r: Floats) -> PairedScores:
    (spread,) = seed_covariances(x[None], r[None])
    return PairedScores(len(x), float(x.mean()), float(r.mean()), spread, _NO_ROWS, 0.0)
