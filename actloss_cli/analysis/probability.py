"""What a classification's implied probabilities are worth, against those of the task's best proper pairing.

Scored by skill, 1 - log loss / log loss of the class rates: at 0 the probabilities say no more than the class rates do,
and losses of different tasks compare. Where outputs had to be clipped and imply no log loss, Brier scores serve.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from actloss_cli.analysis.judgements import ProbabilityGrade
from actloss_cli.analysis.statistics import Covariance, PairedScores, contrast, seed_covariances
from actloss_cli.plan.selection import Floats
from actloss_cli.plan.thresholds import Thresholds

Rule: TypeAlias = Literal["log_loss", "brier"]
RULES: tuple[Rule, ...] = ("log_loss", "brier")
"""The first that a pairing's outputs imply serves."""
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
    pairings: Sequence[Probabilities],
    best: Probabilities | None,
    trivial: Mapping[Rule, float],
    thresholds: Thresholds,
) -> list[ProbabilityJudgement]:
    """Of each, all with the same n seeds, which are the best one's too.

    `none` where most seeds imply no probabilities at all; a seed that implies none otherwise has no skill. `trivial` is
    what `trivial_losses` gives of the task's test rows.
    """
    found = [NO_PROBABILITIES] * len(pairings)
    open_ = np.arange(len(pairings) if best else 0)
    for rule in RULES:
        if best is None or not len(open_):
            break
        values = np.stack([getattr(pairings[place], rule) for place in open_.tolist()])  # (P, n)
        implied = np.isfinite(values).mean(axis=1) > 0.5
        judged = _judge(rule, values[implied], getattr(best, rule), trivial[rule], thresholds)
        for place, judgement in zip(open_[implied].tolist(), judged, strict=True):
            found[place] = judgement
        open_ = open_[~implied]
    return found


def _judge(
    rule: Rule, values: Floats, theirs: Floats, trivial: float, thresholds: Thresholds
) -> Iterator[ProbabilityJudgement]:
    """By one rule, of P pairings `[P, n]` beside the best one `[n]`."""
    x, r = (np.maximum(1 - np.where(np.isfinite(v), v, np.inf) / trivial, 0.0) for v in (values, theirs))
    r_mean = float(r.mean())
    ratios = values.mean(axis=1) / theirs.mean() if rule == "log_loss" else np.full(len(values), np.nan)
    means = zip(x.mean(axis=1).tolist(), ratios.tolist(), seed_covariances(x, r[None]), strict=True)
    for skill, ratio, seeds in means:
        # over seeds alone: it speaks of these test rows
        skills = PairedScores(len(r), skill, r_mean, seeds, _NO_ROWS, 0.0)
        yield ProbabilityJudgement(_grade(skills, thresholds), rule, skill, ratio)


def _grade(skills: PairedScores, thresholds: Thresholds) -> ProbabilityGrade:
    """By the share of the best one's skill that is kept.

    Where the best one has no skill itself, there is nothing to keep.
    """
    kept = contrast(skills, 1 - thresholds.margin, thresholds.look_level)
    if skills.r <= 0:
        return ProbabilityGrade.UNDECIDED
    if kept.low >= 0:
        return ProbabilityGrade.CALIBRATED
    return ProbabilityGrade.IMPAIRED if kept.high < 0 else ProbabilityGrade.UNDECIDED
