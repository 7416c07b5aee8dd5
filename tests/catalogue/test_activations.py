"""Every activation does what it declares: range, gradient, kernel, agreement with its torch module."""

import math

import pytest
import torch

from actloss_cli.catalogue import ACTIVATIONS

EVERY = pytest.mark.parametrize("spec", ACTIVATIONS, ids=lambda spec: spec.name)
WITH_KERNEL = pytest.mark.parametrize(
    "spec", [spec for spec in ACTIVATIONS if spec.kernel is not None], ids=lambda spec: spec.name
)


def closed_ends(spec):
    """The sides on which the declared range has a finite end that belongs to it."""
    reach = spec.range_for(spec.hyper)
    ends = {"low": (reach.low, reach.low_open), "high": (reach.high, reach.high_open)}
    return [side for side, (end, is_open) in ends.items() if math.isfinite(end) and not is_open]


CLOSED_ENDS = [(spec, side) for spec in ACTIVATIONS for side in closed_ends(spec)]


def learnable(spec):
    return {name: torch.full((1, 1, 1), start, dtype=torch.float64) for name, start in spec.learnable.items()}


def wide_input():
    """[T, H, B] over the whole range, zero and both signs of large values among it."""
    edges = torch.tensor([-1e4, -30.0, -1.0, -0.0, 0.0, 1e-3, 1.0, 30.0, 1e4], dtype=torch.float64)
    return torch.cat([edges, torch.linspace(-8, 8, 55, dtype=torch.float64)]).reshape(2, 4, 8)


@EVERY
def test_values_lie_in_the_declared_range_and_are_finite(spec):
    reach = spec.range_for(spec.hyper)
    y = spec.apply(wide_input(), **spec.hyper, **learnable(spec))
    assert torch.isfinite(y).all()
    assert y.min() >= reach.low
    assert y.max() <= reach.high


@pytest.mark.parametrize(("spec", "side"), CLOSED_ENDS, ids=lambda value: getattr(value, "name", value))
def test_a_closed_finite_end_of_the_range_is_reached(spec, side):
    x = torch.linspace(-40, 40, 400_001, dtype=torch.float64)
    # Two features, each large where the other is small.
    y = spec.apply(torch.stack([x, -x])[None], **spec.hyper, **learnable(spec))
    found = y.min() if side == "low" else y.max()
    assert found.item() == pytest.approx(getattr(spec.range_for(spec.hyper), side), abs=1e-8)


def test_closed_finite_ends_are_those_of_these_functions():
    assert [(spec.name, side) for spec, side in CLOSED_ENDS] == [
        ("relu", "low"),
        ("silu", "low"),
        ("log_softmax", "high"),
    ]


@EVERY
def test_it_agrees_with_its_torch_module_on_samples_first_data(spec):
    x = wide_input()[0].T.contiguous()
    torch.testing.assert_close(
        spec.apply(x, **spec.hyper, **{name: value[0] for name, value in learnable(spec).items()}),
        spec.module(**spec.hyper).double()(x),
    )


@EVERY
def test_it_acts_on_each_trial_and_sample_alone(spec):
    x = torch.randn(3, 5, 32, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    y = spec.apply(x, **spec.hyper, **learnable(spec))
    changed = x.clone()
    changed[1, :, 7] += 1.0
    difference = (spec.apply(changed, **spec.hyper, **learnable(spec)) != y).nonzero()
    assert {(t, b) for t, _, b in difference.tolist()} == {(1, 7)}


@EVERY
def test_it_acts_per_element_unless_declared_along_the_features(spec):
    x = torch.randn(1, 5, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    changed = x.clone()
    changed[0, 2] += 1.0
    y, other = (spec.apply(values, **spec.hyper, **learnable(spec)) for values in (x, changed))
    assert bool((y != other).sum() > 1) == spec.along_features


@EVERY
def test_its_gradient_is_that_of_finite_differences(spec):
    x = torch.tensor([[-3.1, -1.2, -0.4, 0.3, 1.1, 2.7]], dtype=torch.float64, requires_grad=True)
    parameters = [value[0].requires_grad_() for value in learnable(spec).values()]
    assert torch.autograd.gradcheck(
        lambda z, *p: spec.apply(z, **spec.hyper, **dict(zip(spec.learnable, p, strict=True))), (x, *parameters)
    )


@WITH_KERNEL
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_its_kernel_is_its_callable_with_autograds_gradient(spec, dtype):
    x = wide_input().to(dtype)
    leaf = x.clone().requires_grad_()
    upstream = torch.randn(x.shape, dtype=dtype, generator=torch.Generator().manual_seed(3))
    expected = spec.apply(leaf, **spec.hyper)
    (expected_grad,) = torch.autograd.grad(expected, leaf, upstream)
    z = x.clone()
    out = z if spec.kernel.saves == "output" else torch.empty_like(z)
    spec.kernel.forward(z, out, spec.hyper)
    torch.testing.assert_close(out, expected.detach())
    grad = upstream.clone()
    spec.kernel.backward(grad, out if spec.kernel.saves == "output" else z, spec.hyper)
    torch.testing.assert_close(grad, expected_grad)


def test_the_printed_numbers_of_claim_c35():
    by_name = {spec.name: spec for spec in ACTIVATIONS}
    x = torch.tensor([[-1.0, 0.0, 2.0]])
    assert [round(v, 4) for v in by_name["sigmoid"].apply(x)[0].tolist()] == [0.2689, 0.5, 0.8808]
    assert by_name["relu"].apply(x)[0].tolist() == [0.0, 0.0, 2.0]


@pytest.mark.parametrize(("alpha", "reach"), [(1.0, "(-1, inf)"), (0.5, "(-0.5, inf)")])
def test_the_range_of_elu_follows_alpha(alpha, reach):
    (elu,) = (spec for spec in ACTIVATIONS if spec.name == "elu")
    assert str(elu.range_for({"alpha": alpha})) == reach
