"""What a card says of a pairing, in words and in its prediction."""

import pytest

from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.partners import losses_made_for
from actloss_cli.datasets import DatasetRef, load
from actloss_cli.theory.card import HiddenLayers, explain
from actloss_cli.theory.depth_facts import depth_facts
from actloss_cli.theory.facts import facts_of


def card(kind, output, loss, **known):
    return explain(kind, Choice.of(output), Choice.of(loss), **known)


def values(found):
    return {fact.key: fact.value for fact in facts_of(found)}


def concerns(found):
    return {fact.key for fact in facts_of(found) if fact.concern}


def test_a_textbook_pair_raises_no_concern_and_works():
    found = card("binary", "sigmoid", "bce")
    assert concerns(found) == set()
    assert found.prediction.verdict == "works"
    assert values(found)["matching"] == "yes: output and loss match"
    assert (found.partner_output, found.partner_losses) == ("sigmoid", ("bce",))


def test_a_flat_output_raises_one_concern_with_its_numbers():
    found = card("binary", "sigmoid", "mse")
    assert concerns(found) == {"pull"}
    assert values(found)["pull"] == "0.23 % of its largest: 6.7e-4 of 0.296"


def test_softmax_twice_tells_its_floor_and_what_would_have_none():
    found = card("multiclass", "softmax", "cross_entropy", n_classes=10)
    assert values(found)["loss_floor"] == "1.46, 1.46 above what output identity allows"
    assert values(found)["reach"] == "0 to 1, with the best value for no class"
    assert [str(notice.name) for notice in found.notices] == ["softmax applied twice"]


def test_where_nothing_pulls_anywhere_the_card_says_so_in_words():
    said = values(card("binary", "softmax", "bce"))
    assert said["pull"] == "none, nor anywhere else"
    assert said["sign_correct"] == "from nowhere"
    # 2 (1 - z) at the first point of the grid that slopes, z = 1/40
    assert values(card("binary", "relu", "mse"))["pull"] == "none; 1.95 at its largest"


def test_a_loss_that_implies_no_probabilities_is_told_from_one_that_implies_wrong_ones():
    assert values(card("binary", "identity", "hinge"))["proper"] == "none: the loss implies none"
    assert values(card("binary", "tanh", "bce_with_logits"))["proper"] == "not the true ones"


def test_a_loss_without_lower_end_says_so_and_fails():
    found = card("multiclass", "identity", "nll", n_classes=3)
    assert values(found)["loss_floor"] == "minus infinity: it has no lower end"
    assert values(found)["reach"] == "-inf to inf"
    assert (found.prediction.verdict, found.prediction.rule) == ("fails", "loss unbounded below")


@pytest.mark.parametrize(
    ("kind", "output", "loss", "words"),
    [
        ("binary", "identity", "bce", "bce is defined on [0, 1], identity gives (-inf, inf)"),
        ("regression", "identity", "cross_entropy", "cross_entropy has no coding for real numbers"),
        ("multiclass", "identity", "hinge", "hinge has no coding for several classes"),
    ],
)
def test_an_invalid_pairing_has_a_card_that_says_why(kind, output, loss, words):
    found = card(kind, output, loss)
    assert found.prediction.verdict == "invalid"
    assert found.invalid.startswith(words)
    assert found.prediction.reason == found.invalid


def test_without_a_dataset_a_regression_is_held_against_standard_normal_targets():
    found = card("regression", "tanh", "mse")
    assert found.targets == "standard normal targets"
    assert values(found)["r2_ceiling"] == "0.849 at best"
    assert card("regression", "identity", "poisson").targets == "exponential targets with mean 1"


def test_a_dataset_brings_its_own_targets_and_classes():
    found = card("regression", "sigmoid", "mse", dataset=load(DatasetRef("friedman1"), "regression"))
    assert found.targets == "the training targets of friedman1"
    assert found.properties.r2_ceiling != pytest.approx(0.42466, abs=1e-4)
    assert found.prediction.mismatched
    digits = card("multiclass", "identity", "cross_entropy", dataset=load(DatasetRef("digits"), "multiclass"))
    assert digits.n_classes == digits.n_units == 10


def test_hidden_layers_bring_their_depth_and_their_notices():
    layers = HiddenLayers(Choice.of("identity"), 3, "lecun")
    found = card("binary", "sigmoid", "bce", hidden=layers)
    assert len(found.depth.activation_rms) == 3
    assert [str(notice.name) for notice in found.notices] == ["no non-linearity"]


def test_the_facts_of_hidden_layers_raise_a_concern_where_gradients_fade_and_rows_become_alike():
    def facts(activation, depth, init):
        layers = HiddenLayers(Choice.of(activation), depth, init)
        return {fact.key: fact for fact in depth_facts(card("binary", "sigmoid", "bce", hidden=layers))}

    kept = facts("relu", 3, "kaiming")
    assert {fact.key for fact in kept.values() if fact.concern} == set()
    assert kept["zeros"].value == "50 % in the last"
    assert kept["off_centre"].value == "0.564 of their size in the last"  # 1 / sqrt(pi)
    fading = facts("sigmoid", 8, "torch")
    assert {fact.key for fact in fading.values() if fact.concern} == {"gradient_ratio", "likeness"}
    assert "fixed_point" not in facts("relu", 3, "torch")
    (exploded,) = facts("square", 20, "kaiming").values()
    assert (exploded.key, exploded.concern) == ("activation_rms", True)
    assert exploded.value.endswith("inf in the last")
    assert depth_facts(card("binary", "sigmoid", "bce")) == ()


def test_balanced_weights_on_a_rare_class_cost_the_true_probabilities():
    weighed = Choice.of("bce_with_logits", {"class_weight": "balanced"})
    rare = load(DatasetRef("imbalanced"), "binary")
    assert not explain("binary", Choice.of("identity"), weighed, dataset=rare).properties.proper
    assert explain("binary", Choice.of("identity"), weighed).properties.proper


def test_the_usual_loss_for_an_output_comes_first():
    assert losses_made_for("identity", "binary")[0] == "bce_with_logits"
    assert losses_made_for("identity", "multiclass")[0] == "cross_entropy"
    assert losses_made_for("softmax", "multiclass")[0] == "categorical_cross_entropy"
    assert losses_made_for("log_softmax", "multiclass")[0] == "nll"
    assert losses_made_for("identity", "regression")[0] == "mse"
    assert losses_made_for("tanh", "binary") == ()
