"""The judgement of implied probabilities, by skill against the class rates."""

import math

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, log_loss

from actloss_cli.analysis.judgements import ProbabilityGrade
from actloss_cli.analysis.probability import (
    NO_PROBABILITIES,
    Probabilities,
    best_proper,
    judge_probabilities,
    trivial_losses,
)
from actloss_cli.plan.thresholds import Thresholds

STRATA = np.repeat([0, 1], [300, 100])
NOISE = np.linspace(-0.005, 0.005, 10)
NAN = np.full(10, np.nan)


def losses(mean, noise=NOISE):
    return Probabilities(log_loss=mean + noise, brier=mean / 3 + noise / 3, validation_log_loss=mean + noise)


def judged(ours, best):
    (found,) = judge_probabilities([ours], best, trivial_losses(STRATA), Thresholds())
    return found


def test_the_trivial_losses_are_those_of_predicting_the_class_rates():
    rates = np.tile([0.75, 0.25], (400, 1))
    found = trivial_losses(STRATA)
    assert found["log_loss"] == pytest.approx(log_loss(STRATA, rates))
    assert found["brier"] == pytest.approx(brier_score_loss(STRATA, rates[:, 1]))


def test_ten_times_the_log_loss_is_impaired_and_a_hundredth_more_is_calibrated():
    best = losses(0.05)
    assert judged(losses(0.5), best).grade is ProbabilityGrade.IMPAIRED
    assert judged(losses(0.0505), best).grade is ProbabilityGrade.CALIBRATED
    assert judged(losses(0.5), best).log_loss_ratio == pytest.approx(10)


def test_where_the_best_one_says_no_more_than_the_class_rates_nobody_is_calibrated():
    assert judged(losses(5.0), losses(0.9)).grade is ProbabilityGrade.UNDECIDED


def test_what_the_seeds_do_not_settle_is_undecided():
    assert judged(losses(0.08, NOISE * 20), losses(0.05)).grade is ProbabilityGrade.UNDECIDED


def test_skill_is_the_share_of_the_trivial_log_loss_that_is_saved():
    trivial = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    assert judged(losses(0.1), losses(0.05)).skill == pytest.approx(1 - 0.1 / trivial)


def test_a_pairing_without_probabilities_has_none():
    assert judged(Probabilities(NAN, NAN, NAN), losses(0.05)) == NO_PROBABILITIES


def test_clipped_outputs_are_judged_by_their_brier_scores():
    found = judged(Probabilities(NAN, 0.1 + NOISE, NAN), losses(0.05))
    assert found.rule == "brier"
    assert found.grade is ProbabilityGrade.IMPAIRED


def test_seeds_that_imply_no_probability_have_no_skill():
    some = np.where(np.arange(10) < 3, np.nan, 0.05)
    found = judged(Probabilities(some, some, some), losses(0.05))
    assert found.skill == pytest.approx(0.7 * (1 - 0.05 / trivial_losses(STRATA)["log_loss"]))


def test_the_best_proper_pairing_is_the_best_on_validation_among_those_with_every_seed():
    better_on_test = Probabilities(losses(0.01).log_loss, losses(0.01).brier, losses(0.3).log_loss)
    pairings = {"a": losses(0.1), "b": losses(0.05), "c": better_on_test, "d": Probabilities(NAN, NAN, NAN)}
    assert best_proper(pairings) == "b"
    assert best_proper({}) is None
