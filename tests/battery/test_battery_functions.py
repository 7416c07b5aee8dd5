"""The battery, part two: ranges and domains hold, nothing overflows far out, gradients are those of differences."""

import math

import numpy as np
import pytest
import torch

from actloss_cli.catalogue.coding import code_targets, coding_for, count_units
from actloss_cli.catalogue.lookup import activation
from tests.battery.cases import ACTIVATION_CASES, LOSS_CASES

BOTH = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
GRID = torch.linspace(-12, 12, 4801, dtype=torch.float64)
FAR = torch.tensor([-1e4, -1e3, -100.0, -30.0, 0.0, 30.0, 100.0, 1e3, 1e4], dtype=torch.float64)
STEP = 1e-6


def apply(case, x):
    """f at x `[N]`, in evaluation; what acts along features gets two of them, x and -x."""
    spec, hyper = case.spec, case.hyper
    further = {name: torch.tensor(start, dtype=x.dtype) for name, start in spec.learnable_for(hyper).items()}
    if spec.stochastic:
        further["noise"] = None
    features = torch.stack([x, -x]) if spec.along_features else x[None]
    return spec.apply(features[None], **hyper, **further)[0, 0]


@pytest.mark.parametrize("case", ACTIVATION_CASES, ids=str)
@BOTH
def test_values_stay_in_the_declared_range(case, dtype):
    x = torch.cat([GRID, FAR]).to(dtype)
    y, reach = apply(case, x), case.spec.range_for(case.hyper)
    slack = 4 * torch.finfo(dtype).eps
    assert float(y.min()) >= reach.low - slack * abs(reach.low if math.isfinite(reach.low) else 0)
    assert float(y.max()) <= reach.high + slack * abs(reach.high if math.isfinite(reach.high) else 0)


@pytest.mark.parametrize("case", [c for c in ACTIVATION_CASES if not c.spec.learnable], ids=str)
def test_the_declared_range_is_no_wider_than_needed(case):
    x = torch.cat([GRID, FAR, torch.linspace(-400, 400, 80_001, dtype=torch.float64)])
    y, reach = apply(case, x), case.spec.range_for(case.hyper)
    for end, found in ((reach.low, float(y.min())), (reach.high, float(y.max()))):
        if math.isfinite(end):
            assert found == pytest.approx(end, abs=2e-3)
        else:
            assert abs(found) > 5


@pytest.mark.parametrize("case", ACTIVATION_CASES, ids=str)
@BOTH
def test_values_and_gradients_are_finite_far_out(case, dtype):
    x = FAR.to(dtype).requires_grad_()
    y = apply(case, x)
    (grad,) = torch.autograd.grad(y.sum(), x)
    assert torch.isfinite(y).all()
    assert torch.isfinite(grad).all()


@pytest.mark.parametrize("case", ACTIVATION_CASES, ids=str)
def test_the_gradient_is_that_of_finite_differences_away_from_kinks(case):
    x = GRID.clone().requires_grad_()
    (grad,) = torch.autograd.grad(apply(case, x).sum(), x)
    with torch.no_grad():
        expected = (apply(case, GRID + STEP) - apply(case, GRID - STEP)) / (2 * STEP)
    smooth = torch.ones_like(GRID, dtype=torch.bool)
    for kink in case.spec.kinks_for(case.hyper):
        smooth &= (GRID - kink.at).abs() > 2 * STEP
    assert smooth.sum() > 4700
    np.testing.assert_allclose(grad[smooth], expected[smooth], rtol=1e-5, atol=2e-6)  # a jump of f'' shows by STEP


def loss_inputs(case, kind, dtype):
    """u `[1, C, N]` over the loss's domain, far points among it, and coded targets of every class."""
    spec = case.spec
    coding = coding_for(spec, activation("identity"), kind)
    n_units = count_units(coding, 2 if kind == "binary" else 3)
    low, high = spec.domain.clip(-1e4), min(spec.domain.clip(1e4), spec.overflows_above)
    generator = torch.Generator().manual_seed(11)
    inside = torch.rand(40, n_units, dtype=torch.float64, generator=generator) * 6 - 3
    if spec.takes in ("probability", "probabilities"):
        inside = inside.sigmoid()
    if spec.takes == "probabilities":
        low, high = 1e-6, 1e4  # shares of a sum: the sign of u has no meaning there
    far = torch.tensor([[low] * n_units, [high] * n_units, [low, high, low][:n_units]], dtype=torch.float64)
    u = torch.cat([inside, far])
    n = len(u)
    if kind == "regression":
        y = torch.rand(n, dtype=torch.float64, generator=generator) * 4
    else:
        y = torch.arange(n) % (2 if kind == "binary" else 3)
    target = code_targets(y, coding, n_units, 0.0, 1.0, torch.float64)
    target = target.movedim(0, -1)[None]
    return u.T[None].to(dtype), target if coding.target == "index" else target.to(dtype)


LOSS_KINDS = [(case, kind) for case in LOSS_CASES for kind in case.spec.codings]


@pytest.mark.parametrize(("case", "kind"), LOSS_KINDS, ids=str)
@BOTH
def test_a_loss_and_its_gradient_are_finite_all_over_its_domain(case, kind, dtype):
    u, target = loss_inputs(case, kind, dtype)
    if math.isfinite(case.spec.overflows_above):
        u = u.clamp_max(80.0)  # the exponential of float32
    losses = case.spec.per_sample(u, target, **case.hyper)
    assert losses.shape == (1, u.shape[2])
    assert torch.isfinite(losses).all()
    assert case.spec.gradient is not None
    assert torch.isfinite(case.spec.gradient(u, target, **case.hyper)).all()


@pytest.mark.parametrize(("case", "kind"), LOSS_KINDS, ids=str)
def test_a_losss_gradient_is_that_of_finite_differences(case, kind):
    u, target = (tensor[..., :40] for tensor in loss_inputs(case, kind, torch.float64))
    grad = case.spec.gradient(u, target, **case.hyper)
    for c in range(u.shape[1]):
        up, down = u.clone(), u.clone()
        up[:, c] += 1e-6
        down[:, c] -= 1e-6
        high, low = (case.spec.per_sample(value, target, **case.hyper) for value in (up, down))
        np.testing.assert_allclose(grad[:, c], (high - low) / 2e-6, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("case", [c for c in LOSS_CASES if c.spec.module is not None], ids=str)
def test_torch_itself_refuses_what_lies_outside_the_domain(case):
    low, high = case.spec.domain.low, case.spec.domain.high
    for outside in (low - 0.5, high + 0.5):
        if math.isfinite(outside):
            with pytest.raises(RuntimeError):
                case.spec.module(**case.hyper)(torch.tensor([[outside]]), torch.tensor([[1.0]]))
