"""The numbers behind the catalogue's plots: closed forms, and no line drawn across a jump."""

import numpy as np
import pytest
from scipy.special import expit

from actloss_cli.catalogue import activation, loss
from actloss_cli.report.function_curve import activation_curve, loss_curve


def drawn(curve):
    """The points of a curve that are not gaps."""
    kept = ~np.isnan(curve.x) & ~np.isnan(curve.value)
    return curve.x[kept], curve.value[kept], curve.derivative[kept]


@pytest.mark.parametrize(
    ("name", "value", "derivative"),
    [
        ("tanh", np.tanh, lambda x: 1 / np.cosh(x) ** 2),
        ("sigmoid", expit, lambda x: expit(x) * expit(-x)),
        ("swish_beta", lambda x: x * expit(x), lambda x: expit(x) * (1 + x * expit(-x))),
        ("softmax", expit, lambda x: expit(x) * expit(-x)),
        ("log_softmax", lambda x: -np.log1p(np.exp(-x)), lambda x: expit(-x)),
    ],
)
def test_an_activation_is_drawn_as_its_closed_form(name, value, derivative):
    x, y, slope = drawn(activation_curve(activation(name)))
    assert (x.min(), x.max(), len(x)) == (-4, 4, 161)
    np.testing.assert_allclose(y, value(x), atol=1e-6)
    np.testing.assert_allclose(slope, derivative(x), atol=1e-6)


@pytest.mark.parametrize(
    ("name", "span", "value"),
    [
        ("mse", (-4, 4), np.square),
        ("poisson", (-4, 4), lambda u: np.exp(u) - u),
        ("bce", (0, 1), lambda u: -np.log(u)),
        ("bce_with_logits", (-4, 4), lambda u: np.log1p(np.exp(-u))),
        ("soft_margin", (-4, 4), lambda u: np.log1p(np.exp(-u))),
        ("squared_hinge", (-4, 4), lambda u: np.maximum(0, 1 - u) ** 2),
        ("cross_entropy", (-4, 4), lambda u: np.log1p(np.exp(-u))),
        ("categorical_cross_entropy", (0, 1), lambda u: -np.log(u)),
        ("sparse_categorical_cross_entropy", (0, 1), lambda u: -np.log(u)),
        ("nll", (-4, 0), np.negative),
        ("kl_div", (-4, 0), np.negative),
        ("multi_margin", (-4, 4), lambda u: np.maximum(0, 1 - u) / 2),
    ],
)
def test_a_loss_is_drawn_against_its_target(name, span, value):
    u, y, _ = drawn(loss_curve(loss(name)))
    assert (u.min(), u.max()) == span
    inside = (u > span[0] + 0.01) & (u < span[1] - 0.001)
    np.testing.assert_allclose(y[inside], value(u[inside]), atol=1e-6)


@pytest.mark.parametrize(
    ("curve", "slopes"),
    [
        (activation_curve(activation("relu")), {0, 1}),
        (activation_curve(activation("rrelu")), {11 / 48, 1}),
        (activation_curve(activation("softshrink")), {0, 1}),
        (activation_curve(activation("hardsigmoid")), {0, 1 / 6}),
        (loss_curve(loss("mae")), {-1, 0, 1}),
        (loss_curve(loss("quantile")), {-0.5, 0, 0.5}),
        (loss_curve(loss("hinge")), {-1, 0}),
    ],
)
def test_a_derivative_that_jumps_has_no_value_between_and_a_gap_at_the_jump(curve, slopes):
    found = curve.derivative
    assert set(found[~np.isnan(found)]) == {round(slope, 6) for slope in slopes}
    jumps = np.nonzero(np.diff(found))[0]
    assert np.isnan(found[jumps] - found[jumps + 1]).all()


@pytest.mark.parametrize(
    ("name", "places"), [("hardshrink", {-0.5, 0.5}), ("threshold", {1.0}), ("selu", {0.0}), ("tanh", set())]
)
def test_gaps_are_where_the_function_or_its_derivative_jumps(name, places):
    curve = activation_curve(activation(name))
    (gaps,) = np.nonzero(np.isnan(curve.x))
    assert {float(x) for gap in gaps for x in (curve.x[gap - 1], curve.x[gap + 1])} == places
    assert np.isnan(curve.value[gaps]).all()


def test_a_jump_is_drawn_to_its_very_sides():
    curve = activation_curve(activation("threshold"))
    (gap,) = np.nonzero(np.isnan(curve.x))[0]
    assert (curve.value[gap - 1], curve.value[gap + 1]) == (0, 1)
