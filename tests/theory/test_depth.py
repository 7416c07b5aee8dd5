"""Growth of activations and gradients with depth: closed forms, the papers, and random torch networks."""

import itertools
import math

import numpy as np
import pytest
import torch
from scipy import optimize
from torch import nn

from actloss_cli.catalogue import ACTIVATIONS, Choice
from actloss_cli.engine.initialise import INITS, initial_weights
from actloss_cli.theory.depth import depth_properties, properties_of_widths
from actloss_cli.theory.fixed_point import fixed_point
from actloss_cli.theory.init_variance import INIT_VARIANCES
from actloss_cli.theory.likeness import share_kept

HIDDEN = [spec.name for spec in ACTIVATIONS if spec.hidden]
MODULES = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "selu": nn.SELU,
    "gelu": nn.GELU,
    "softmax": nn.Softmax,
}
DRAWS = {
    "torch": lambda linear: None,
    "kaiming": lambda linear: nn.init.kaiming_normal_(linear.weight, nonlinearity="relu"),
    "lecun": lambda linear: nn.init.normal_(linear.weight, std=linear.in_features**-0.5),
}


def of(name, init="kaiming", depth=16, **settings):
    return depth_properties(Choice.of(name), init, depth, **settings)


# Closed forms


def test_relu_under_kaiming_keeps_activations_and_gradients_at_any_depth():
    found = of("relu", depth=40)  # He et al. (2015)
    np.testing.assert_allclose(found.activation_rms, 1)
    np.testing.assert_allclose(found.slope_ms, 0.5)
    np.testing.assert_allclose(found.delta_growth, 1)
    assert found.gradient_ratio == pytest.approx(1)
    np.testing.assert_allclose(found.zeros, 0.5)
    np.testing.assert_allclose(found.off_centre, 1 / math.sqrt(math.pi))


def test_relu_under_torchs_own_initialisation_shrinks_gradients_by_root_six_a_layer():
    np.testing.assert_allclose(of("relu", "torch").delta_growth, 1 / math.sqrt(6))


def test_torchs_biases_are_in_the_variance_of_pre_activations():
    found = of("identity", "torch", 1, n_features=10, width=50)
    assert found.activation_rms[0] == pytest.approx(math.sqrt((1 + 1 / 10) / 3))


@pytest.mark.parametrize("widths", [(20, 32, 32, 4), (784, 64, 128, 10)])
def test_under_xavier_the_identity_has_glorots_variances(widths):
    found = properties_of_widths(Choice.of("identity"), "xavier", widths)
    gains = [2 / (n_in + n_out) for n_in, n_out in itertools.pairwise(widths)]  # Glorot & Bengio (2010), eq. 16
    forward = np.cumprod([n_in * gain for n_in, gain in zip(widths, gains, strict=False)])
    backward = np.cumprod([n_out * gain for n_out, gain in zip(widths[:1:-1], gains[:0:-1], strict=False)])[::-1]
    np.testing.assert_allclose(found.activation_rms, np.sqrt(forward[:-1]))
    np.testing.assert_allclose(found.delta_rms, np.sqrt([*backward, 1]))
    assert found.gradient_ratio == pytest.approx(math.sqrt(backward[0] / forward[-2]))


def test_a_sigmoid_fades_gradients_at_least_fourfold_per_layer():
    found = of("sigmoid", "lecun")
    assert max(found.delta_growth) <= 0.25
    assert found.gradient_ratio < 0.25**15


def test_selu_stays_at_its_fixed_point_under_lecun_while_gradients_grow():
    found = of("selu", "lecun")
    np.testing.assert_allclose(found.activation_rms, 1)
    np.testing.assert_allclose(found.mean, 0, atol=1e-9)
    np.testing.assert_allclose(np.square(found.delta_growth), 1.0716, atol=1e-4)


def test_the_rms_of_inputs_scales_what_keeps_scale():
    assert of("relu", input_rms=3.0).activation_rms[-1] == pytest.approx(3)
    assert of("relu", input_rms=3.0).gradient_ratio == pytest.approx(1)


def test_a_network_without_hidden_layers_has_one_layer_that_is_first_and_last():
    found = of("relu", depth=0)
    assert (found.delta_rms, found.gradient_ratio, found.activation_rms) == ((1.0,), 1.0, ())


# Rows


@pytest.mark.parametrize("c", [0.0, 0.3, 0.8, 0.99])
def test_relu_leaves_rows_as_alike_as_the_arc_cosine_kernel_says(c):
    kernel = (math.sqrt(1 - c**2) + c * (math.pi - math.acos(c))) / math.pi  # Cho & Saul (2009)
    assert share_kept(Choice.of("relu"), 2.0, c) == pytest.approx(kernel, abs=1e-4)


@pytest.mark.parametrize("c", [0.0, 0.3, 0.8, 0.99])
def test_erf_leaves_rows_as_alike_as_williams_says(c):
    kernel = math.asin(2 * 1.5 * c / 4) / math.asin(2 * 1.5 / 4)  # Williams (1997), q = 1.5
    assert share_kept(Choice.of("erf"), 1.5, c) == pytest.approx(kernel, abs=1e-6)


def test_rows_become_alike_under_relu_and_stay_apart_under_tanh():
    assert list(of("relu").likeness) == sorted(of("relu").likeness)
    assert of("relu").likeness[1] == pytest.approx(1 / math.pi, abs=1e-6)
    np.testing.assert_allclose(of("tanh").likeness, 0, atol=1e-9)
    assert of("softmax").likeness is None


# Fixed points


def test_selu_has_its_fixed_point_under_lecun():
    found = fixed_point(Choice.of("selu"), "lecun")
    assert (found.mean, found.variance) == pytest.approx((0, 1), abs=1e-8)
    assert found.growth == pytest.approx(1.0716, abs=1e-4)


def test_relu_under_kaiming_keeps_whatever_variance_inputs_bring():
    found = fixed_point(Choice.of("relu"), "kaiming", input_rms=1.5)
    assert (found.variance, found.growth) == pytest.approx((2 * 1.5**2, 1))


def test_erf_settles_where_its_closed_form_does():
    q = optimize.brentq(lambda q: 4 / math.pi * math.asin(2 * q / (1 + 2 * q)) - q, 0.1, 10)
    found = fixed_point(Choice.of("erf"), "kaiming")
    assert found.variance == pytest.approx(q)
    assert found.growth == pytest.approx(8 / math.pi / math.sqrt(1 + 4 * q))


@pytest.mark.parametrize(("name", "init"), [("relu", "torch"), ("identity", "kaiming"), ("square", "kaiming")])
def test_a_variance_that_fades_or_grows_without_end_has_no_fixed_point(name, init):
    assert fixed_point(Choice.of(name), init) is None


# Every function


@pytest.mark.parametrize("init", INITS)
@pytest.mark.parametrize("name", HIDDEN)
def test_every_function_has_finite_properties(name, init):
    found = of(name, init, 2)
    rows = (found.activation_rms, found.mean, found.zeros, found.slope_ms, found.delta_rms, found.likeness or ())
    assert np.isfinite([found.gradient_ratio, *itertools.chain(*rows)]).all()
    assert all(0 <= c <= 1 for c in found.likeness or ())
    assert all(0 <= m <= 1 + 1e-9 for m in found.off_centre)


def test_what_grows_beyond_floats_is_infinite_not_an_error():
    found = of("square", depth=30)
    assert found.activation_rms[-1] == math.inf
    assert math.isnan(found.gradient_ratio)


# Against what is drawn


def test_every_init_has_its_variances():
    assert INIT_VARIANCES.keys() == INITS.keys()


@pytest.mark.parametrize("init", INITS)
def test_variances_are_those_of_the_weights_that_the_engine_draws(init):
    weight, bias = initial_weights(init, "tune", 0, 0, 800, 200)
    said = INIT_VARIANCES[init]
    assert float(weight.double().var()) == pytest.approx(said.weight(200, 800), rel=0.02)
    assert float(bias.double().square().mean()) == pytest.approx(said.bias(200, 800), rel=0.2)


@pytest.mark.parametrize("init", DRAWS)
@pytest.mark.parametrize("name", MODULES)
def test_wide_random_networks_have_the_expected_sizes_layer_by_layer(name, init):
    widths, n_networks, torch_seed = (64, 400, 400, 400, 20), 12, 5
    with torch.random.fork_rng():
        torch.manual_seed(torch_seed)
        networks = (random_network(name, init, widths) for _ in range(n_networks))
        squares = [sizes_of(network, torch.randn(1, widths[0])) for network in networks]
    measured = np.sqrt(np.mean(squares, axis=0))
    found = properties_of_widths(Choice.of(name), init, widths)
    expected = [*found.activation_rms, *found.delta_rms[:-1], found.gradient_ratio]
    # an input's mean square over 64 features varies by 18 %, a product of layers by some percent each
    np.testing.assert_allclose(measured, expected, rtol=0.15)


def random_network(name, init, widths):
    layers = []
    for n_in, n_out in itertools.pairwise(widths):
        linear = nn.Linear(n_in, n_out)
        if init != "torch":
            nn.init.zeros_(linear.bias)
        DRAWS[init](linear)
        layers += [linear, MODULES[name](**({"dim": 1} if name == "softmax" else {}))]
    return nn.Sequential(*layers[:-1])


def sizes_of(network, x):
    """Of one row with a random error: mean squares of values and deltas by layer, the squared ratio of gradients."""
    value, zs, values = x, [], []
    for module in network:
        value = module(value)
        (zs if isinstance(module, nn.Linear) else values).append(value)
    error = torch.randn_like(value)
    weights = [module.weight for module in network if isinstance(module, nn.Linear)]
    grads = torch.autograd.grad(value, [*zs[:-1], weights[0], weights[-1]], error)
    ms = [float(tensor.detach().double().square().mean()) for tensor in (*values, *grads, error)]
    n = len(values)
    deltas, (first, last), of_error = ms[n : n + len(zs) - 1], ms[-3:-1], ms[-1]
    return [*ms[:n], *(delta / of_error for delta in deltas), first / last]
