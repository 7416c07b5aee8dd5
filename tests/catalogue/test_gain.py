"""The gain of an activation is what torch's convention says, else what keeps the second moment of a normal input."""

import itertools
import math

import numpy as np
import pytest
from scipy import integrate, stats
from torch.nn.init import calculate_gain

from actloss_cli.catalogue import ACTIVATIONS
from actloss_cli.catalogue.gain import gain_for
from tests.catalogue.activation_cases import ELEMENTWISE

BY_NAME = {spec.name: spec for spec in ACTIVATIONS}


def second_moment(case):
    """E f(z)², by adaptive quadrature between the kinks."""
    ends = {-12.0, -3.0, 0.0, 3.0, 12.0, *(kink.at for kink in case.spec.kinks_for(case.hyper))}

    def integrand(z):
        return case.reference(np.array([z]))[0] ** 2 * stats.norm.pdf(z)

    pieces = (
        integrate.quad(integrand, a, b, epsabs=1e-12, epsrel=1e-9, limit=200)[0]
        for a, b in itertools.pairwise(sorted(ends))
    )
    return sum(pieces)


@pytest.mark.parametrize(
    "case", [case for case in ELEMENTWISE if case.spec.init_gain is None], ids=lambda case: case.label
)
def test_a_gain_that_is_not_declared_undoes_the_second_moment(case):
    assert gain_for(case.spec, case.hyper) == pytest.approx(1 / math.sqrt(second_moment(case)), rel=1e-6)


@pytest.mark.parametrize(
    ("name", "nonlinearity", "param"),
    [
        ("identity", "linear", None),
        ("sigmoid", "sigmoid", None),
        ("tanh", "tanh", None),
        ("selu", "selu", None),
        ("relu", "relu", None),
        ("leaky_relu", "leaky_relu", 0.01),
        ("leaky_relu", "leaky_relu", 0.3),
    ],
)
def test_the_gain_is_torchs_where_torch_has_one(name, nonlinearity, param):
    hyper = {} if param is None else {"negative_slope": param}
    assert gain_for(BY_NAME[name], hyper) == pytest.approx(calculate_gain(nonlinearity, param), rel=1e-6)


@pytest.mark.parametrize("spec", [spec for spec in ACTIVATIONS if spec.along_features], ids=lambda spec: spec.name)
def test_functions_along_the_features_have_gain_one(spec):
    assert gain_for(spec, spec.hyper) == 1.0


@pytest.mark.parametrize(
    ("name", "hyper", "closed_form"),
    [
        ("square", {}, 3),
        ("absolute", {}, 1),
        ("squared_relu", {}, 3 / 2),
        ("prelu", {"init": 0.5}, (1 + 0.25) / 2),
        ("gaussian", {}, 1 / math.sqrt(5)),
        ("sine", {"omega": 20.0}, (1 - math.exp(-800)) / 2),
        ("erf", {}, 2 / math.pi * math.asin(2 / 3)),  # Williams (1997)
        ("probit", {}, 1 / 3),  # a uniform number's second moment
        ("threshold", {"threshold": 0.777, "value": 0.0}, stats.norm.sf(0.777) + 0.777 * stats.norm.pdf(0.777)),
        ("threshold", {"threshold": 50.0, "value": -2.0}, 4),
    ],
)
def test_the_gain_has_its_closed_form(name, hyper, closed_form):
    assert gain_for(BY_NAME[name], hyper) == pytest.approx(1 / math.sqrt(closed_form), rel=1e-9)


def test_a_function_that_is_zero_wherever_a_normal_input_goes_has_gain_one():
    assert gain_for(BY_NAME["threshold"], {"threshold": 50.0, "value": 0.0}) == 1.0
