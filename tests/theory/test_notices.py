"""Which notices an output and a loss get, in words."""

import numpy as np
import pytest

from actloss_cli.catalogue import Choice
from actloss_cli.theory.notice import NoticeName
from actloss_cli.theory.notices import activation_notices
from actloss_cli.theory.task_notices import notices_of_head

TARGETS = np.random.default_rng(0).normal(50, 10, size=1000)
DRAWN = {
    "regression": TARGETS,
    "binary": np.repeat([0, 1], [300, 100]),
    "multiclass": np.repeat(np.arange(10), 40),
}


def notices(kind, output, loss, **settings):
    return list(notices_of_head(Choice.of(output), Choice.of(loss, settings), kind, DRAWN[kind]))


@pytest.mark.parametrize(
    ("kind", "output", "loss", "expected"),
    [
        ("binary", "softmax", "bce", NoticeName.ONE_UNIT_SOFTMAX),
        ("binary", "softmax", "bce_with_logits", NoticeName.ONE_UNIT_SOFTMAX),
        ("binary", "sigmoid", "bce_with_logits", NoticeName.SIGMOID_TWICE),
        ("binary", "sigmoid", "soft_margin", NoticeName.SIGMOID_TWICE),
        ("binary", "tanh", "bce_with_logits", NoticeName.BOUNDED_LOGITS),
        ("binary", "relu", "bce_with_logits", NoticeName.BOUNDED_LOGITS),
        ("binary", "softmax", "cross_entropy", NoticeName.SOFTMAX_TWICE),
        ("binary", "sigmoid", "hinge", NoticeName.CODE_OUT_OF_REACH),
        ("binary", "relu", "hinge", NoticeName.CODE_OUT_OF_REACH),
        ("binary", "sigmoid", "mse", NoticeName.WEAK_PULL),
        ("binary", "softmax", "mse", NoticeName.WEAK_PULL),
        ("binary", "identity", "bce", NoticeName.OUTSIDE_DOMAIN),
        ("binary", "identity", "focal", NoticeName.BIASED_PROBABILITIES),
        ("multiclass", "softmax", "cross_entropy", NoticeName.SOFTMAX_TWICE),
        ("multiclass", "sigmoid", "cross_entropy", NoticeName.BOUNDED_LOGITS),
        ("multiclass", "softmax", "nll", NoticeName.PROBABILITIES_AS_LOGS),
        ("multiclass", "identity", "nll", NoticeName.UNBOUNDED_LOSS),
        ("multiclass", "sigmoid", "nll", NoticeName.TRIVIAL_MINIMUM),
        ("multiclass", "sigmoid", "categorical_cross_entropy_raw", NoticeName.TRIVIAL_MINIMUM),
        ("multiclass", "identity", "categorical_cross_entropy", NoticeName.MISSING_SOFTMAX),
        ("multiclass", "relu", "sparse_categorical_cross_entropy", NoticeName.MISSING_SOFTMAX),
        ("multiclass", "identity", "hinge", NoticeName.NO_CODING),
        ("regression", "sigmoid", "mse", NoticeName.TARGETS_OUT_OF_REACH),
        ("regression", "relu", "huber", NoticeName.TARGETS_OUT_OF_REACH),
        ("regression", "identity", "mae", NoticeName.OTHER_CENTRE),
        ("regression", "identity", "cross_entropy", NoticeName.NO_CODING),
        ("regression", "softmax", "mse", NoticeName.ONE_UNIT_SOFTMAX),
        ("binary", "identity", "mae", NoticeName.LIKELIER_CLASS),
    ],
)
def test_a_mistake_is_noticed(kind, output, loss, expected):
    assert expected in [notice.name for notice in notices(kind, output, loss)]


@pytest.mark.parametrize(
    ("kind", "output", "loss"),
    [
        ("binary", "sigmoid", "bce"),
        ("binary", "identity", "bce_with_logits"),
        ("binary", "identity", "soft_margin"),
        ("binary", "identity", "hinge"),
        ("binary", "identity", "mse"),
        ("binary", "identity", "cross_entropy"),
        ("binary", "log_softmax", "cross_entropy"),
        ("multiclass", "identity", "cross_entropy"),
        ("multiclass", "log_softmax", "cross_entropy"),
        ("multiclass", "log_softmax", "nll"),
        ("multiclass", "log_softmax", "kl_div"),
        ("multiclass", "softmax", "categorical_cross_entropy"),
        ("multiclass", "softmax", "sparse_categorical_cross_entropy"),
        ("multiclass", "sigmoid", "bce"),
        ("multiclass", "identity", "bce_with_logits"),
        ("multiclass", "softplus", "categorical_cross_entropy"),
        ("multiclass", "identity", "mse"),
        ("regression", "identity", "mse"),
        ("binary", "leaky_relu", "bce_with_logits"),
        ("binary", "probit", "bce"),
        ("multiclass", "softmin", "categorical_cross_entropy"),
    ],
)
def test_a_fair_pairing_gets_no_notice(kind, output, loss):
    assert notices(kind, output, loss) == []


def test_softmax_twice_says_what_it_costs_and_what_to_do():
    (notice,) = notices("multiclass", "softmax", "cross_entropy")
    assert notice.text == (
        "softmax is applied twice: cross_entropy expects logits, softmax gives probabilities; the loss cannot go below "
        "1.46; use output identity"
    )
    assert dict(notice.remedy) == {"output": "identity"}


def test_label_smoothing_biases_probabilities_and_holds_back_nothing():
    (notice,) = notices("multiclass", "identity", "cross_entropy", label_smoothing=0.1)
    assert notice.name is NoticeName.BIASED_PROBABILITIES


def test_an_identity_between_hidden_layers_is_noticed_and_one_without_any_is_not():
    assert [notice.name for notice in activation_notices(Choice.of("identity"), 2)] == [NoticeName.NO_NONLINEARITY]
    assert list(activation_notices(Choice.of("identity"), 0)) == []


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "prelu", "tanh", "softshrink", "hardtanh", "softmax", "rrelu"])
def test_a_function_with_a_bend_is_no_identity(name):
    assert list(activation_notices(Choice.of(name), 2)) == []


def test_class_weights_bias_the_probabilities_of_a_proper_loss():
    (notice,) = notices("binary", "identity", "bce_with_logits", class_weight="balanced")
    assert notice.name is NoticeName.BIASED_PROBABILITIES
    assert "weighs the classes" in notice.text
    even = np.repeat([0, 1], 200)
    loss = Choice.of("bce_with_logits", {"class_weight": "balanced"})
    assert list(notices_of_head(Choice.of("identity"), loss, "binary", even)) == []


def test_a_regression_gets_no_class_weights_and_a_rate_no_negative_target():
    assert [n.name for n in notices("regression", "identity", "mse", class_weight="balanced")] == [
        NoticeName.WEIGHTS_ON_REGRESSION
    ]
    (notice,) = notices_of_head(Choice.of("identity"), Choice.of("poisson"), "regression", np.array([-1.0, 2.0]))
    assert notice.name is NoticeName.NEGATIVE_TARGETS


@pytest.mark.parametrize(("q", "words"), [(0.9, "above the mean"), (0.1, "or below")])
def test_a_quantile_loss_says_on_which_side_of_the_mean_it_aims(q, words):
    (notice,) = notices("regression", "identity", "quantile", q=q)
    assert words in notice.text
