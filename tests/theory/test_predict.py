"""Each rule of a predicted verdict by itself, their order, and the table of thresholds."""

import math
from dataclasses import replace

import pytest

from actloss_cli.catalogue import Choice
from actloss_cli.config.expansion import expand
from actloss_cli.config.load import load_config
from actloss_cli.theory.card import HiddenLayers, explain
from actloss_cli.theory.notice import Notice, NoticeName
from actloss_cli.theory.predict import NOTHING_AGAINST, Known, PredictedVerdict, Prediction, RuleName, predict
from actloss_cli.theory.prediction_thresholds import SET_ON, PredictionThresholds

LINEAR = (Notice(NoticeName.NO_NONLINEARITY, "a linear model"),)


def decided(**known) -> tuple[str, str]:
    found = predict(Known(**known))
    return str(found.verdict), str(found.rule)


def test_nothing_against_a_pairing_means_that_it_works():
    found = predict(Known())
    assert found == NOTHING_AGAINST == Prediction("works", "nothing speaks against it", "no other rule fits")
    assert not NOTHING_AGAINST.mismatched


def test_what_cannot_be_trained_is_invalid_for_its_own_reason():
    found = predict(Known(invalid="outside of [0, 1]"))
    assert found == Prediction("invalid", "cannot be trained", "outside of [0, 1]")
    assert found.mismatched


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        (NoticeName.ONE_UNIT_SOFTMAX, RuleName.CONSTANT_OUTPUT),
        (NoticeName.UNBOUNDED_LOSS, RuleName.UNBOUNDED_LOSS),
        (NoticeName.MISSING_SOFTMAX, RuleName.NO_PROBABILITIES),
    ],
)
def test_some_facts_decide_alone_and_give_their_sentence(name, rule):
    found = predict(Known(notices=(Notice(NoticeName.OTHER_CENTRE, "no matter"), Notice(name, "the fact"))))
    assert found == Prediction(PredictedVerdict.FAILS, rule, "the fact")


def test_other_notices_alone_decide_nothing():
    for name in (NoticeName.SOFTMAX_TWICE, NoticeName.BOUNDED_LOGITS, NoticeName.WEAK_PULL, NoticeName.OTHER_CENTRE):
        assert decided(notices=(Notice(name, ""),))[0] == "works"


@pytest.mark.parametrize(("share", "verdict"), [(1.0, "works"), (0.9, "works"), (0.89, "impaired"), (0.1, "fails")])
def test_a_linear_model_does_as_well_as_one_in_closed_form(share, verdict):
    assert decided(notices=LINEAR, linear_share=share)[0] == verdict
    assert decided(linear_share=share)[0] == "works"


@pytest.mark.parametrize(("share", "verdict"), [(0.95, "works"), (0.94, "impaired"), (0.24, "fails")])
def test_an_output_keeps_the_share_that_its_reach_leaves(share, verdict):
    assert decided(reach_share=share)[0] == verdict
    assert (decided(reach_share=share)[1] == "r2 ceiling") == (verdict != "works")


def test_an_output_that_is_flat_for_half_of_all_starts_is_impaired():
    assert decided(dead_share=0.5) == ("impaired", "output without slope")
    assert decided(dead_share=0.16)[0] == "works"


def test_the_base_rate_matters_where_the_way_is_long_and_nothing_pulls_back():
    assert decided(drawn=0.3, pull_when_drawn=1e-5) == ("fails", "drawn to the base rate")
    assert decided(drawn=0.3, pull_when_drawn=0.5)[0] == "works"
    assert decided(drawn=0.08, pull_when_drawn=1e-5)[0] == "works"


def test_a_weak_pull_and_an_improper_loss_matter_where_classes_are_imbalanced():
    assert decided(pull=0.002, imbalance=1.8) == ("impaired", "weak pull on imbalanced classes")
    assert decided(pull=0.002, imbalance=1.0)[0] == "works"
    assert decided(is_proper=False, imbalance=1.8) == ("impaired", "aims at the likelier of imbalanced classes")
    assert decided(is_proper=False, imbalance=1.0)[0] == "works"


def test_a_fading_gradient_matters_to_steps_that_shrink_with_it_where_bends_are_needed():
    fading = {"gradient_ratio": 0.006, "step_scale": 0.01, "linear_share": 0.5}
    assert decided(**fading) == ("impaired", "vanishing gradient")
    assert decided(**fading | {"step_scale": 1.0})[0] == "works"
    assert decided(**fading | {"linear_share": 1.0})[0] == "works"
    assert decided(**fading | {"gradient_ratio": 0.1})[0] == "works"


def test_next_to_no_gradient_matters_to_every_optimizer():
    assert decided(gradient_ratio=1e-8) == ("fails", "vanishing gradient")


def test_the_first_rule_that_fits_decides():
    known = Known(notices=LINEAR, linear_share=0.5, dead_share=0.5, drawn=0.3, pull_when_drawn=0.0)
    assert predict(known).rule == RuleName.LINEAR
    assert predict(replace(known, notices=())).rule == RuleName.DEAD_OUTPUT
    assert predict(replace(known, invalid="no")).rule == RuleName.INVALID


def test_a_reason_holds_the_number_that_it_rests_on():
    assert "79 %" in predict(Known(notices=LINEAR, linear_share=0.79)).reason
    assert "0.65 %" in predict(Known(gradient_ratio=0.0065, step_scale=0.01, linear_share=0.5)).reason


def test_thresholds_can_be_given():
    assert predict(Known(linear_share=0.5, notices=LINEAR), PredictionThresholds(linear_share=0.4)).verdict == "works"


def test_no_threshold_was_set_on_the_main_grid_or_on_what_is_held_out():
    def datasets(config):
        return {grid.task.dataset.name for grid in expand(load_config(config))}

    assert datasets("studies/theory_setting.yaml") == set(SET_ON)
    for config in ("grid", "studies/theory_held_out.yaml"):
        assert not datasets(config) & set(SET_ON)


@pytest.mark.parametrize("rms", [1e39, math.inf])
def test_values_beyond_single_precision_fail_however_gradients_compare(rms):
    found = predict(Known(largest_rms=rms, gradient_ratio=math.nan))
    assert (found.verdict, found.rule) == ("fails", "exploding values")
    assert predict(Known(largest_rms=1e30)) == NOTHING_AGAINST


def test_squares_in_deep_layers_explode_and_in_few_do_not():
    layers = (HiddenLayers(Choice.of("square"), depth, "kaiming") for depth in (8, 2))
    fails, works = (explain("regression", Choice.of("identity"), Choice.of("mse"), hidden=one) for one in layers)
    assert (fails.prediction.rule, works.prediction.rule) == ("exploding values", "nothing speaks against it")
