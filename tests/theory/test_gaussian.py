"""Expectations under normal pre-activations: closed forms, and adaptive quadrature of outside references."""

import itertools
import math

import numpy as np
import pytest
from scipy import integrate, special, stats

from actloss_cli.catalogue import Choice
from actloss_cli.theory.gaussian import moments
from tests.catalogue.activation_cases import ELEMENTWISE

VARIANCES = (1e-4, 0.3, 1.0, 7.0, 1e4)
STEP = 1e-7


def of(name, q, **hyper):
    return moments(Choice.of(name, hyper), q, 32)


def clipped_ms(q):
    """E min(max(-1, z), 1)²"""
    a = 1 / math.sqrt(q)
    inside = special.erf(a / math.sqrt(2))
    return q * (inside - 2 * a * stats.norm.pdf(a)) + 1 - inside


CLOSED_FORMS = {
    "identity": (lambda q: q, lambda q: 1.0),
    "relu": (lambda q: q / 2, lambda q: 0.5),  # He et al. (2015)
    "leaky_relu": (lambda q: q * (1 + 0.01**2) / 2, lambda q: (1 + 0.01**2) / 2),
    "absolute": (lambda q: q, lambda q: 1.0),
    "square": (lambda q: 3 * q**2, lambda q: 4 * q),
    "squared_relu": (lambda q: 3 * q**2 / 2, lambda q: 2 * q),
    "erf": (
        lambda q: 2 / math.pi * math.asin(2 * q / (1 + 2 * q)),  # Williams (1997)
        lambda q: 4 / math.pi / math.sqrt(1 + 4 * q),
    ),
    "sine": (lambda q: -math.expm1(-2 * q) / 2, lambda q: (1 + math.exp(-2 * q)) / 2),
    "hardtanh": (clipped_ms, lambda q: math.erf(1 / math.sqrt(2 * q))),
    "gaussian": (lambda q: 1 / math.sqrt(1 + 4 * q), lambda q: 4 * q / (1 + 4 * q) ** 1.5),
    "probit": (
        lambda q: 1 / 4 + math.asin(q / (1 + q)) / (2 * math.pi),
        lambda q: 1 / (2 * math.pi) / math.sqrt(1 + 2 * q),
    ),
}


@pytest.mark.parametrize("q", VARIANCES)
@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_mean_squares_have_their_closed_forms_at_any_variance(name, q):
    ms, slope_ms = (form(q) for form in CLOSED_FORMS[name])
    assert of(name, q).ms == pytest.approx(ms, rel=1e-6)
    assert of(name, q).slope_ms == pytest.approx(slope_ms, rel=1e-6)


def expectation(case, g, q):
    """Of g(z) by adaptive quadrature between the kinks, which are left out with a step on either side."""
    spread = math.sqrt(q)
    ends = {
        -12 * spread,
        -3 * spread,
        0.0,
        3 * spread,
        12 * spread,
        *(kink.at for kink in case.spec.kinks_for(case.hyper)),
    }
    pieces = itertools.pairwise(sorted(end for end in ends if abs(end) <= 12 * spread))
    return sum(
        integrate.quad(
            lambda z: g(z) * stats.norm.pdf(z / spread) / spread, a + 2 * STEP, b - 2 * STEP, epsabs=1e-12, epsrel=1e-8
        )[0]
        for a, b in pieces
    )


@pytest.mark.parametrize("case", ELEMENTWISE, ids=lambda case: case.label)
def test_every_function_agrees_with_adaptive_quadrature_of_its_reference(case):
    def value(z):
        return case.reference(np.array([z]))[0]

    def slope(z):
        above, below = case.reference(np.array([z + STEP, z - STEP]))
        return (above - below) / (2 * STEP)

    found = moments(Choice.of(case.spec.name, case.hyper), 1.7, 1)
    tolerance = {"rel": 2e-6, "abs": 1e-6}  # what the steps beside the kinks leave out
    assert found.mean == pytest.approx(expectation(case, value, 1.7), **tolerance)
    assert found.ms == pytest.approx(expectation(case, lambda z: value(z) ** 2, 1.7), **tolerance)
    assert found.slope_ms == pytest.approx(expectation(case, lambda z: slope(z) ** 2, 1.7), **tolerance)


def test_selu_keeps_mean_0_and_variance_1_and_its_slopes_mean_square_is_1_07():
    found = of("selu", 1.0)
    assert found.mean == pytest.approx(0, abs=1e-9)  # Klambauer et al. (2017)
    assert found.ms == pytest.approx(1, abs=1e-9)
    assert found.slope_ms == pytest.approx(1.0716, abs=1e-4)


@pytest.mark.parametrize("q", VARIANCES)
def test_the_slope_of_a_sigmoid_is_at_most_a_quarter(q):
    assert of("sigmoid", q).slope_ms <= 0.25**2
    assert of("sigmoid", 1e-8).slope_ms == pytest.approx(0.25**2, rel=1e-6)


def test_zeros_are_the_share_of_pre_activations_in_a_flat_part():
    assert of("relu", 4.0).zeros == pytest.approx(0.5)
    assert of("tanh", 4.0).zeros == 0
    assert of("hardshrink", 4.0, lambd=1.0).zeros == pytest.approx(math.erf(0.5 / math.sqrt(2)))
    assert of("threshold", 4.0, threshold=3.0).zeros == pytest.approx(stats.norm.cdf(1.5))


def test_of_no_variance_the_value_at_0_is_left():
    found = of("sigmoid", 0.0)
    assert (found.mean, found.ms, found.slope_ms) == pytest.approx((0.5, 0.25, 0.25**2))


def test_a_narrow_slope_is_found_however_wide_the_pre_activations():
    # the integral of sech^4 is 4/3, under a density that is flat there
    assert of("tanh", 1e10).slope_ms == pytest.approx(4 / 3 / math.sqrt(2 * math.pi * 1e10), rel=1e-6)


def test_what_no_float_holds_is_infinite():
    assert of("square", 1e200).ms == math.inf
    assert of("relu", math.inf).ms == math.inf


def test_softmax_over_two_units_is_a_sigmoid_of_their_difference():
    found, sigmoid = moments(Choice.of("softmax"), 1.5, 2), of("sigmoid", 3.0)
    assert found.mean == pytest.approx(0.5)
    assert found.ms == pytest.approx(sigmoid.ms, rel=0.01)
    # the Jacobian is s (1 - s) ((1, -1), (-1, 1)), each row of which has twice the square of its entries
    assert found.slope_ms == pytest.approx(2 * sigmoid.slope_ms, rel=0.01)


@pytest.mark.parametrize("n", [3, 32, 500])
def test_softmax_of_equal_pre_activations_gives_each_unit_its_share(n):
    found = moments(Choice.of("softmax"), 0.0, n)
    assert found.ms == pytest.approx(1 / n**2)
    # of (I - 1/n) / n the mean square of a row's sum with signs is (n - 1) / n / n²
    assert found.slope_ms == pytest.approx((n - 1) / n**3, rel=0.02)


def test_functions_along_the_features_give_the_same_numbers_again():
    first = moments(Choice.of("softmin"), 2.0, 16)
    moments.cache_clear()
    assert moments(Choice.of("softmin"), 2.0, 16) == first
