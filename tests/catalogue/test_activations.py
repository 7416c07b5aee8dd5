"""Every activation does what it declares: values, gradient, range, kinks, kernel, agreement with torch or its paper."""

import inspect
import math

import numpy as np
import pytest
import torch
from torch import nn

from actloss_cli.catalogue import ACTIVATIONS
from tests.catalogue.activation_cases import CASES, ELEMENTWISE, OF_THE_LITERATURE, TORCH_CLASSES

BY_NAME = {spec.name: spec for spec in ACTIVATIONS}


def over(cases):
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.label)


EVERY = over(CASES)
BOTH_PRECISIONS = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)


def wide_input(case):
    """[T, H, B] over the whole range: zero, both signs of large values and the kinks among it."""
    edges = [-1e4, -750.0, -100.0, -30.0, -1.0, -0.0, 0.0, 1e-3, 1.0, 30.0, 100.0, 750.0, 1e4]
    edges += [kink.at for kink in case.spec.kinks_for(case.hyper)]
    points = torch.tensor(edges, dtype=torch.float64)
    return torch.cat([points, torch.linspace(-8, 8, 64 - len(points), dtype=torch.float64)]).reshape(2, 4, 8)


def all_values(case):
    """Values on a dense grid and far out, for whatever learnable parameters and noise may be."""
    x = torch.cat(
        [torch.linspace(-40, 40, 400_001, dtype=torch.float64), torch.tensor([-1e4, 1e4], dtype=torch.float64)]
    )
    pair = torch.stack([x, -x])[None]  # two features, each large where the other is small
    values = [case.value(pair)]
    for other in (-1.0, 1.0):
        learnable = dict.fromkeys(case.spec.learnable_for(case.hyper), torch.tensor(other, dtype=torch.float64))
        if learnable:
            values.append(case.spec.apply(pair, **case.hyper, **learnable))
    if case.spec.stochastic:
        values += [case.spec.apply(pair, **case.hyper, noise=torch.full_like(pair, share)) for share in (0.0, 0.999)]
    return torch.cat(values)


def test_every_activation_of_torch_nn_that_keeps_the_width_is_declared():
    change_the_width, images = {"GLU", "MultiheadAttention"}, {"Softmax2d"}
    expected = set(nn.modules.activation.__all__) - change_the_width - images
    assert {build.__name__ for build in TORCH_CLASSES.values()} == expected | {"Identity"}
    assert set(BY_NAME) == set(TORCH_CLASSES) | set(OF_THE_LITERATURE)


@pytest.mark.parametrize("name", sorted(set(TORCH_CLASSES) - {"identity"}))
def test_torchs_arguments_are_its_hyperparameters_with_torchs_defaults(name):
    technical = {"inplace", "num_parameters", "device", "dtype", "dim", "args", "kwargs"}
    technical |= {"min_value", "max_value"}  # Hardtanh's, deprecated
    arguments = {
        key: argument.default
        for key, argument in inspect.signature(TORCH_CLASSES[name]).parameters.items()
        if key not in technical
    }
    if name == "threshold":
        arguments = {"threshold": 1.0, "value": 0.0}  # torch has no defaults; these are of Konda et al. (2015)
    assert BY_NAME[name].hyper == pytest.approx(arguments)


@over([case for case in CASES if case.torch_module() is not None])
def test_values_and_gradient_are_those_of_torchs_class(case):
    x = wide_input(case)[0].T.contiguous()
    leaf = x.clone().requires_grad_()
    expected = case.torch_module()(leaf)
    # weights, since the plain sum of a softmax has no gradient
    weight = torch.linspace(-1, 1, x.numel(), dtype=torch.float64).reshape(x.shape)
    ours = x.clone().requires_grad_()
    found = case.value(ours)
    torch.testing.assert_close(found, expected, atol=1e-12, rtol=1e-12)
    slopes = [torch.autograd.grad((y * weight).sum(), at)[0] for y, at in ((found, ours), (expected, leaf))]
    torch.testing.assert_close(*slopes, atol=1e-12, rtol=1e-12)


@over([case for case in CASES if case.spec.module is not None])
def test_the_plain_loops_module_is_torchs_class(case):
    assert type(case.spec.module(**case.hyper)) is TORCH_CLASSES[case.spec.name]


@over([case for case in CASES if case.torch_module() is None])
def test_values_and_gradient_are_those_of_the_papers_formula(case):
    kinks = np.array([kink.at for kink in case.spec.kinks_for(case.hyper)])
    x = np.concatenate([[-1e4, -30, 30, 1e4], np.linspace(-7.9, 7.9, 400)])
    y, slope = (found.numpy() for found in case.value_and_slope(torch.from_numpy(x)))
    np.testing.assert_allclose(y, case.reference(x), rtol=1e-12, atol=1e-12)
    h = 1e-3
    away = np.abs(x[:, None] - kinks).min(1, initial=np.inf) > 3 * h
    around = [case.reference(x + step * h) for step in (-2, -1, 1, 2)]
    five_points = (around[0] - 8 * around[1] + 8 * around[2] - around[3]) / (12 * h)
    np.testing.assert_allclose(slope[away], five_points[away], rtol=1e-7, atol=1e-7)


@over([case for case in ELEMENTWISE if 0.0 not in {kink.at for kink in case.spec.kinks_for(case.hyper)}])
def test_the_gradient_at_zero_is_that_of_the_reference(case):
    _, slope = case.value_and_slope(torch.zeros(1, dtype=torch.float64))
    below, above = case.reference(np.array([-1e-6, 1e-6]))
    assert slope.item() == pytest.approx((above - below) / 2e-6, abs=1e-5)


@EVERY
@BOTH_PRECISIONS
def test_values_and_gradient_are_finite_far_out(case, dtype):
    y, slope = case.value_and_slope(wide_input(case).to(dtype))
    assert torch.isfinite(y).all()
    assert torch.isfinite(slope).all()


@over([case for case in CASES if case.spec.learnable_for(case.hyper)])
def test_the_gradient_of_learnable_parameters_is_finite_far_out(case):
    learnable = {name: value.float().requires_grad_() for name, value in case.further.items()}
    y = case.spec.apply(wide_input(case).float(), **case.hyper, **learnable)
    assert all(torch.isfinite(grad) for grad in torch.autograd.grad(y.sum(), list(learnable.values())))


@EVERY
def test_the_declared_range_is_never_left_and_reached_to_its_ends(case):
    reach, y = case.spec.range_for(case.hyper), all_values(case)
    for end, found, outward in ((reach.low, y.min().item(), -1), (reach.high, y.max().item(), 1)):
        if math.isinf(end):
            assert outward * found > 9  # symlog(1e4) = 9.2
        else:
            assert outward * (found - end) <= 1e-14
            assert found == pytest.approx(end, abs=2e-4)  # arctan and its kin come as 1 / x


@EVERY
def test_closed_ends_of_the_range_are_attained_and_open_ends_are_not(case):
    reach, everywhere = case.spec.range_for(case.hyper), all_values(case)
    x = torch.linspace(-2, 2, 40_001, dtype=torch.float64)  # float64 may round onto an open end further out
    inside = case.value(torch.stack([x, -x])[None])
    sides = (
        (reach.low, reach.low_open, inside.min(), everywhere.min()),
        (reach.high, reach.high_open, inside.max(), everywhere.max()),
    )
    for end, is_open, nearest_inside, nearest in sides:
        if is_open:
            assert abs(nearest_inside - end) > (1e-6 if end else 0.0)  # more than a grid that misses an extremum
        elif math.isfinite(end):
            assert abs(nearest - end) <= 1e-8


@over(ELEMENTWISE)
def test_kinks_and_jumps_are_where_declared_and_nowhere_else(case):
    h = 1e-4
    x = torch.arange(-8, 8, h, dtype=torch.float64) + h / 3
    y, slope = case.value_and_slope(x)
    jumps = (y.diff() - slope[1:] * h).abs() > 1e-3
    corners = slope.diff().abs() > 0.01
    found = x[1:][jumps | corners]
    declared = torch.tensor([kink.at for kink in case.spec.kinks_for(case.hyper)], dtype=torch.float64)
    assert len(found) == len(declared)
    torch.testing.assert_close(found, declared.sort().values, atol=h, rtol=0)


@BOTH_PRECISIONS
@over([case for case in CASES if case.spec.kinks_for(case.hyper)])
def test_the_slope_at_a_kink_is_the_one_that_autograd_uses(case, dtype):
    kinks = case.spec.kinks_for(case.hyper)
    _, slope = case.value_and_slope(torch.tensor([kink.at for kink in kinks], dtype=dtype))
    assert slope.tolist() == pytest.approx([kink.slope for kink in kinks], rel=1e-6)


@EVERY
def test_it_acts_on_each_trial_and_sample_alone(case):
    x = torch.randn(3, 5, 32, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    changed = x.clone()
    changed[1, :, 7] = torch.linspace(1.5, 3, 5)
    difference = (case.value(changed) != case.value(x)).nonzero()
    assert {(t, b) for t, _, b in difference.tolist()} == {(1, 7)}


@over([case for case in CASES if case.hyper == case.spec.hyper])
def test_it_acts_per_element_unless_declared_along_the_features(case):
    x = torch.randn(1, 5, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    changed = x.clone()
    changed[0, 2] += 3.0
    assert bool((case.value(x) != case.value(changed)).sum() > 1) == case.spec.along_features


@EVERY
def test_its_gradient_is_that_of_finite_differences(case):
    x = torch.tensor([[-3.1, -1.23, -0.41, 0.33, 1.11, 2.7]], dtype=torch.float64, requires_grad=True)
    names = list(case.spec.learnable_for(case.hyper))
    learnable = [case.further[name].clone().requires_grad_() for name in names]
    assert torch.autograd.gradcheck(
        lambda z, *p: case.spec.apply(z, **case.hyper, **{**case.further, **dict(zip(names, p, strict=True))}),
        (x, *learnable),
    )


@BOTH_PRECISIONS
@over([case for case in CASES if case.spec.kernel is not None])
def test_its_kernel_is_its_callable_with_autograds_gradient(case, dtype):
    kernel, x = case.spec.kernel, wide_input(case).to(dtype)
    leaf = x.clone().requires_grad_()
    upstream = torch.randn(x.shape, dtype=dtype, generator=torch.Generator().manual_seed(3))
    expected = case.value(leaf)
    (expected_grad,) = torch.autograd.grad(expected, leaf, upstream)
    z = x.clone()
    out = z if kernel.saves == "output" else torch.empty_like(z)
    kernel.forward(z, out, case.hyper)
    torch.testing.assert_close(out, expected.detach())
    saved = out if kernel.saves == "output" else z
    kept = saved.clone()
    grad = upstream.clone()
    kernel.backward(grad, saved, case.hyper)
    torch.testing.assert_close(grad, expected_grad)
    assert torch.equal(saved, kept)
    assert kernel.saves == "output" or torch.equal(z, x)


@over([case for case in CASES if case.spec.kernel is not None and case.spec.kernel.saves == "output"])
def test_a_kernel_that_saves_its_output_works_on_two_buffers_too(case):
    z = wide_input(case)
    out = torch.empty_like(z)
    expected = case.value(z.clone())
    case.spec.kernel.forward(z, out, case.hyper)
    torch.testing.assert_close(out, expected)


def test_learnable_and_stochastic_functions_stay_inside_the_hidden_layers():
    special = {spec.name for spec in ACTIVATIONS if spec.stochastic or spec.learnable_for(spec.hyper)}
    assert special == {"prelu", "rrelu", "swish_beta"}
    assert special == {spec.name for spec in ACTIVATIONS if not spec.output}


def test_rrelu_in_training_is_torchs_with_the_same_slopes():
    x = torch.randn(2, 7, 50, dtype=torch.float64, generator=torch.Generator().manual_seed(4))
    slopes = torch.empty_like(x)
    generator = torch.Generator().manual_seed(5)
    expected = torch.ops.aten.rrelu_with_noise(x, slopes, 0.1, 0.4, True, generator)  # fills `slopes`
    noise = torch.where(x > 0, 0.5, (slopes - 0.1) / (0.4 - 0.1))
    torch.testing.assert_close(BY_NAME["rrelu"].apply(x, lower=0.1, upper=0.4, noise=noise), expected)


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("hardtanh", {"min_val": 1.0, "max_val": 1.0}, "min_val (1) is not less than max_val (1)"),
        ("hardtanh", {"min_val": 2.0, "max_val": -1.0}, "min_val (2) is not less than max_val (-1)"),
        ("rrelu", {"lower": 0.5, "upper": 0.25, "noise": None}, "lower (0.5) is greater than upper (0.25)"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(name, settings, message):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 (compared to the letter below)
        BY_NAME[name].apply(torch.zeros(1, 2), **settings)
    assert str(refusal.value) == message


def test_laplace_meets_squared_relu_in_value_and_slope_at_the_root_of_one_half():
    x = torch.tensor([0.5], dtype=torch.float64).sqrt().requires_grad_()
    for name in ("laplace", "squared_relu"):
        y = BY_NAME[name].apply(x)
        assert y.item() == pytest.approx(0.5)
        assert torch.autograd.grad(y, x)[0].item() == pytest.approx(2**0.5)


def test_lecuns_tanh_is_one_at_one():
    assert BY_NAME["lecun_tanh"].apply(torch.tensor([[-1.0, 1.0]]))[0].tolist() == pytest.approx([-1, 1], abs=1e-4)


def test_the_printed_numbers_of_claim_c35():
    x = torch.tensor([[-1.0, 0.0, 2.0]])
    assert [round(v, 4) for v in BY_NAME["sigmoid"].apply(x)[0].tolist()] == [0.2689, 0.5, 0.8808]
    assert BY_NAME["relu"].apply(x)[0].tolist() == [0.0, 0.0, 2.0]


@pytest.mark.parametrize(
    ("name", "settings", "reach"),
    [
        ("elu", {"alpha": 1.0}, "(-1, inf)"),
        ("elu", {"alpha": 0.5}, "(-0.5, inf)"),
        ("elu", {"alpha": 0.0}, "[0, inf)"),
        ("leaky_relu", {"negative_slope": 0.2}, "(-inf, inf)"),
        ("leaky_relu", {"negative_slope": -0.2}, "[0, inf)"),
        ("hardtanh", {"min_val": 0.0, "max_val": 3.0}, "[0, 3]"),
        ("penalised_tanh", {"slope": 0.0}, "[0, 1)"),
        ("isru", {"alpha": 4.0}, "(-0.5, 0.5)"),
        ("threshold", {"threshold": 1.0, "value": 0.0}, "[0, inf)"),
        ("threshold", {"threshold": 1.0, "value": 2.0}, "(1, inf)"),
        ("rrelu", {"lower": -0.2, "upper": -0.1}, "[0, inf)"),
    ],
)
def test_the_range_follows_the_hyperparameters(name, settings, reach):
    assert str(BY_NAME[name].range_for(settings)) == reach
