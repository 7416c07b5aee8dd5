"""Each rule of the causes, from the numbers that it looks at; and that healthy numbers blame nobody."""

from dataclasses import replace

import numpy as np
import pytest

from actloss_cli.analysis.cause_thresholds import CauseThresholds
from actloss_cli.analysis.causes import Case, CauseName, Exchange, cause_of_invalid, name_cause
from actloss_cli.analysis.symptoms import Symptoms
from actloss_cli.plan.thresholds import Thresholds
from actloss_cli.theory.frozen import Frozen, StoredNotice
from actloss_cli.theory.notice import Notice, NoticeName

NAN = float("nan")
HEALTHY = Symptoms(
    dead=0.0,
    saturated=0.0,
    gradient_ratio=0.8,
    output_spread=1.0,
    output_at_ends=0.0,
    undefined=0.0,
    update_ratio=1e-3,
    largest_update=3e-3,
    rise=0.0,
    fall=0.0,
    best_epoch=30,
    diverged_epoch=NAN,
    n_diverged=0,
    n=10,
)
CASE = Case(
    activation="relu",
    output="identity",
    lr=0.1,
    n_lrs=5,
    score=0.7,
    floor=0.5,
    reference_score=0.9,
    tuned_threshold_score=NAN,
    theory=Frozen((), proper=True),
    symptoms=HEALTHY,
    advised={},
)


def noticed(*names, against="", **numbers):
    return Frozen(tuple(StoredNotice(Notice(name, f"{name}!", {}, numbers), against) for name in names), proper=True)


def named(case):
    return name_cause(case, Thresholds(), CauseThresholds())


def sick(**changes):
    return replace(CASE, symptoms=replace(HEALTHY, **changes))


def test_what_no_rule_explains_says_so():
    assert named(CASE).name == CauseName.UNEXPLAINED


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"n_diverged": 6, "diverged_epoch": 3.0}, CauseName.EXPLODED),
        ({"output_spread": 1e-5, "output_at_ends": 1.0}, CauseName.DEAD_OUTPUT),
        ({"dead": 0.6}, CauseName.DEAD_UNITS),
        ({"gradient_ratio": 1e-3}, CauseName.VANISHING_GRADIENT),
        ({"saturated": 0.7}, CauseName.SATURATED_UNITS),
        ({"output_spread": 1e-4}, CauseName.CONSTANT_OUTPUT),
        ({"rise": 0.02}, CauseName.TOO_FEW_STEPS),
        ({"fall": 0.15, "best_epoch": 4}, CauseName.OVERFITS),
    ],
)
def test_a_symptom_names_its_cause(changes, name):
    assert named(sick(**changes)).name == name


@pytest.mark.parametrize(
    "changes",
    [{"n_diverged": 5}, {"dead": 0.4}, {"gradient_ratio": 0.02}, {"saturated": 0.4}, {"rise": 0.005}, {"fall": 0.05}],
)
def test_less_than_the_threshold_names_nothing(changes):
    assert named(sick(**changes)).name == CauseName.UNEXPLAINED


@pytest.mark.parametrize(
    ("changes", "name"),
    [({"largest_update": 1e-5}, CauseName.LR_TOO_LOW), ({"update_ratio": 0.2}, CauseName.LR_TOO_HIGH)],
)
def test_a_single_rate_is_blamed_and_the_best_of_several_is_not(changes, name):
    case = sick(**changes)
    assert named(replace(case, n_lrs=1)).name == name
    assert named(case).name == CauseName.UNEXPLAINED


def test_a_threshold_is_the_cause_where_tuning_it_wins_back_most_of_what_is_lacking():
    assert named(replace(CASE, tuned_threshold_score=0.85)).name == CauseName.THRESHOLD
    assert named(replace(CASE, tuned_threshold_score=0.75)).name == CauseName.UNEXPLAINED


@pytest.mark.parametrize("name", [NoticeName.ONE_UNIT_SOFTMAX, NoticeName.UNBOUNDED_LOSS, NoticeName.TRIVIAL_MINIMUM])
def test_what_theory_decides_comes_before_any_symptom(name):
    assert named(replace(sick(dead=1.0), theory=noticed(name))).name == name


def test_a_ceiling_is_the_cause_where_it_lies_below_what_works():
    assert named(replace(CASE, theory=noticed(NoticeName.TARGETS_OUT_OF_REACH, r2_ceiling=0.7))).name == (
        NoticeName.TARGETS_OUT_OF_REACH
    )
    assert named(replace(CASE, theory=noticed(NoticeName.TARGETS_OUT_OF_REACH, r2_ceiling=0.89))).name == (
        CauseName.UNEXPLAINED
    )


def test_a_notice_is_a_cause_unless_its_advice_was_tried_and_does_no_better():
    case = replace(CASE, theory=noticed(NoticeName.SOFTMAX_TWICE, against="other"))
    assert named(case).name == NoticeName.SOFTMAX_TWICE
    assert named(replace(case, advised={"other": 0.88})).name == NoticeName.SOFTMAX_TWICE
    assert named(replace(case, advised={"other": 0.705})).name == CauseName.UNEXPLAINED


def test_a_notice_that_the_reference_shares_is_no_cause_unless_its_advice_helps():
    case = replace(
        CASE, theory=noticed(NoticeName.SOFTMAX_TWICE), reference_notices=frozenset([NoticeName.SOFTMAX_TWICE])
    )
    assert named(case).name == CauseName.UNEXPLAINED


def test_a_hidden_layer_is_not_to_blame_where_another_loss_mends_it_and_no_activation_does():
    case = replace(sick(dead=0.9, saturated=0.9, gradient_ratio=1e-4), exchanges=[Exchange("loss", "mse", 0.9)])
    assert named(case).name == CauseName.LOSS
    either = replace(case, exchanges=[Exchange("loss", "mse", 0.9), Exchange("activation", "elu", 0.9)])
    assert named(either).name == CauseName.DEAD_UNITS


def test_a_rise_or_fall_that_the_reference_has_too_names_nothing():
    assert named(replace(sick(rise=0.02), reference_rise=0.02)).name == CauseName.UNEXPLAINED
    assert named(replace(sick(fall=0.15), reference_fall=0.1)).name == CauseName.UNEXPLAINED


def test_a_pairing_that_diverges_in_tuning_has_exploded():
    assert named(replace(CASE, diverges=True)).name == CauseName.EXPLODED


def test_a_missing_softmax_takes_predictions_that_are_no_probabilities():
    case = replace(sick(undefined=0.4), theory=noticed(NoticeName.MISSING_SOFTMAX))
    assert named(case).text == "missing softmax! (40 % of the predictions were none that the loss takes)"


def test_a_misfit_that_is_harmless_here_leaves_the_cause_to_the_linear_model():
    theory = noticed(NoticeName.WEAK_PULL, NoticeName.NO_NONLINEARITY)
    assert named(replace(CASE, theory=theory)).name == NoticeName.NO_NONLINEARITY


def test_without_a_symptom_the_exchange_that_helps_most_is_named():
    exchanges = [
        Exchange("activation", "tanh", 0.75),
        Exchange("optimizer", "adam", 0.88),
        Exchange("loss", "mse", 0.7),
    ]
    found = named(replace(CASE, exchanges=exchanges))
    assert found.name == CauseName.OPTIMIZER
    assert found.text == (
        "the optimizer: no symptom was measured, but with adam in its place the score is 0.880 rather than 0.700"
    )
    assert named(replace(CASE, exchanges=exchanges[2:])).name == CauseName.UNEXPLAINED


def test_an_invalid_pairing_has_its_notice_or_else_its_reason():
    assert cause_of_invalid("why", noticed(NoticeName.NO_CODING)).text == f"{NoticeName.NO_CODING}!"
    assert cause_of_invalid("why", noticed()).text == "why"


def test_unknown_symptoms_blame_nobody():
    unknown = Symptoms(**{name: NAN for name in vars(HEALTHY) if name not in ("n_diverged", "n")}, n_diverged=0, n=10)
    assert named(replace(CASE, symptoms=unknown)).name == CauseName.UNEXPLAINED
    assert np.isnan(unknown.dead)
