"""What holds for every loss in the catalogue: torch's meaning where torch has it, its gradient, and its bounds."""

import inspect
import itertools
import math

import pytest
import torch

from actloss_cli.catalogue import LOSSES, loss
from actloss_cli.catalogue.losses import NOT_HERE
from tests.catalogue.loss_cases import (
    CASES,
    HYPERS,
    INDEX,
    REAL,
    VARIANTS,
    B,
    T,
    Z,
    by_autograd,
    name_of,
    outputs,
    targets,
)

every_case = pytest.mark.parametrize(("spec", "hyper", "coding"), CASES, ids=name_of)


def samples_first(x):
    """`[C, B]` as torch's classes have it, `[B, C]`; indices `[B]` as they are."""
    return x.T if x.ndim == 2 else x


@every_case
def test_it_is_one_number_per_sample_that_depends_on_that_sample_alone(spec, hyper, coding):
    u, target = outputs(spec, coding), targets(coding)
    losses, grad = spec.per_sample(u, target, **hyper), spec.gradient(u, target, **hyper)
    assert losses.shape == (T, B)
    assert grad.shape == u.shape
    changed = u.clone()
    changed[1, :, 5] = torch.nan
    for before, after in (
        (losses, spec.per_sample(changed, target, **hyper)),
        (grad.sum(1), spec.gradient(changed, target, **hyper).sum(1)),
    ):
        differs = ~torch.isclose(after, before, equal_nan=False)
        assert set(map(tuple, differs.nonzero().tolist())) <= {(1, 5)}


@pytest.mark.parametrize("spec", LOSSES, ids=name_of)
def test_a_diverged_output_is_seen_in_the_loss(spec):
    for coding in spec.codings.values():
        target = targets(coding)
        u = torch.full_like(outputs(spec, coding), torch.nan)
        assert spec.per_sample(u, target, **spec.hyper).isnan().all()


@every_case
def test_samples_may_lie_on_the_first_axis_or_on_the_last(spec, hyper, coding):
    u, target = outputs(spec, coding), targets(coding)
    stacked = spec.per_sample(u, target, **hyper)
    for t in range(T):
        one = spec.per_sample(samples_first(u[t]), samples_first(target[t]), **hyper)
        torch.testing.assert_close(one, stacked[t])


@pytest.mark.parametrize(("spec", "hyper", "coding"), [c for c in CASES if c[0].module], ids=name_of)
def test_its_mean_and_gradient_are_those_of_the_torch_class(spec, hyper, coding):
    u, target = outputs(spec, coding), targets(coding)
    losses, grad = spec.per_sample(u, target, **hyper), spec.gradient(u, target, **hyper)
    for t in range(T):
        module, own_target = spec.module(**hyper), samples_first(target[t])
        expected, expected_grad = by_autograd(lambda leaf, m=module, y=own_target: m(leaf, y), u[t].T)
        torch.testing.assert_close(losses[t].mean(), expected)
        torch.testing.assert_close(grad[t].T / B, expected_grad)


@every_case
def test_the_declared_gradient_is_autograds(spec, hyper, coding):
    u, target = outputs(spec, coding), targets(coding)
    _, expected = by_autograd(lambda leaf: spec.per_sample(leaf, target, **hyper), u)
    torch.testing.assert_close(spec.gradient(u, target, **hyper), expected)


@every_case
def test_the_declared_gradient_is_what_small_steps_show(spec, hyper, coding):
    u, target, step = outputs(spec, coding), targets(coding), 1e-6
    grad = spec.gradient(u, target, **hyper)
    for unit in range(u.shape[1]):
        along = torch.zeros_like(u)
        along[:, unit] = step
        ahead, behind = (spec.per_sample(u + sign * along, target, **hyper) for sign in (1, -1))
        torch.testing.assert_close(grad[:, unit], (ahead - behind) / (2 * step), rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize(
    ("name", "hyper", "u", "target", "expected"),
    [
        ("mae", {}, [0.5, -1.0, 0.0], [0.5, -1.0, 0.0], [0.0, 0.0, 0.0]),
        ("hinge", {}, [1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]),
        ("squared_hinge", {}, [1.0, -1.0], [1.0, -1.0], [0.0, 0.0]),
        ("huber", {"delta": 1.0}, [1.0, -1.0, 2.5, 0.5], [0.0, 0.0, 1.5, 1.5], [1.0, -1.0, 1.0, -1.0]),
        ("smooth_l1", {"beta": 0.5}, [0.5, -0.5, 0.0], [0.0, 0.0, 0.0], [1.0, -1.0, 0.0]),
        ("smooth_l1", {"beta": 0.0}, [0.5, -0.5, 0.0], [0.0, 0.0, 0.0], [1.0, -1.0, 0.0]),
        ("log_cosh", {}, [0.5, -1.0], [0.5, -1.0], [0.0, 0.0]),
        ("quantile", {"q": 0.25}, [0.5, -1.0], [0.5, -1.0], [0.25, 0.25]),
    ],
)
def test_the_declared_gradient_at_a_kink_is_autograds(name, hyper, u, target, expected):
    spec = loss(name)
    u, target = (torch.tensor([[values]], dtype=torch.float64) for values in (u, target))
    _, of_autograd = by_autograd(lambda leaf: spec.per_sample(leaf, target, **hyper), u)
    assert spec.gradient(u, target, **hyper).flatten().tolist() == of_autograd.flatten().tolist() == expected


@pytest.mark.parametrize("p", [1, 2])
def test_multi_margin_at_its_kinks_and_ties_has_torchs_gradient(p):
    u = torch.tensor([[1.0, 0.0, 2.0, 0.0], [0.0, 0.0, 0.0, 0.0], [3.0, 2.0, 2.0, 1.5]], dtype=torch.float64)
    index, spec = torch.tensor([0, 1, 0]), loss("multi_margin")
    for margin in (0.0, 1.0):
        module = torch.nn.MultiMarginLoss(p=p, margin=margin, reduction="none")
        expected = by_autograd(lambda leaf, m=module: m(leaf, index), u)
        found = by_autograd(lambda leaf, m=margin: spec.per_sample(leaf, index, p=p, margin=m), u)
        torch.testing.assert_close(found, expected)
        torch.testing.assert_close(spec.gradient(u, index, p=p, margin=margin), expected[1])


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize(("spec", "hyper"), HYPERS, ids=name_of)
def test_it_and_its_gradients_are_finite_for_huge_outputs_inside_the_domain(spec, hyper, dtype):
    reach = sorted({spec.domain.clip(value) for value in (-1e4, 1e4) if value < spec.overflows_above})
    for coding in spec.codings.values():
        n_units = 3 if coding.per_class else 1  # odd, so that outputs of both signs don't sum to 0
        corners = torch.tensor(list(itertools.product(reach, repeat=n_units)), dtype=dtype)
        for classes in (torch.zeros(len(corners), dtype=torch.int64), torch.full((len(corners),), n_units - 1)):
            one_hot = torch.nn.functional.one_hot(classes, n_units).to(dtype)
            target = {"index": classes, "minus_plus": 2 * one_hot - 1}.get(coding.target, one_hot)
            losses, autograds = by_autograd(lambda leaf, y=target: spec.per_sample(leaf, y, **hyper), corners)
            for found in (losses, autograds, spec.gradient(corners, target, **hyper)):
                assert found.isfinite().all()


def test_poisson_overflows_just_above_what_it_declares():
    spec = loss("poisson")
    below, above = spec.overflows_above, math.nextafter(spec.overflows_above, math.inf)
    u = torch.tensor([[below, above, 1e4]], dtype=torch.float64).T
    assert spec.per_sample(u, torch.ones_like(u)).isfinite().tolist() == [True, False, False]
    assert spec.gradient(u, torch.ones_like(u)).flatten().isfinite().tolist() == [True, False, False]


@pytest.mark.parametrize(
    "spec",
    [s for s in LOSSES if s.module and any(coding.target == "index" for coding in s.codings.values())],
    ids=name_of,
)
def test_class_weights_divide_as_its_declaration_says(spec):
    weight = torch.tensor([0.2, 1.0, 3.0, 0.7], dtype=torch.float64)
    expected = spec.module(weight=weight, **spec.hyper)(Z[0].T, INDEX[0])
    of_samples = weight[INDEX[0]]
    weighted = (spec.per_sample(Z[:1], INDEX[:1], **spec.hyper)[0] * of_samples).sum()
    torch.testing.assert_close(weighted / (of_samples.sum() if spec.divides_by_weights else B), expected)


@pytest.mark.parametrize("spec", LOSSES, ids=name_of)
def test_each_of_its_hyperparameters_has_limits_around_what_these_tests_try(spec):
    assert set(spec.limits) == set(spec.hyper)
    for name, default in spec.hyper.items():
        tried = {default} | {variant[name] for variant in VARIANTS[spec.name] if name in variant}
        assert len(tried) > 1
        assert all(spec.limits_for(name).holds(value) for value in tried)


@pytest.mark.parametrize(
    ("name", "hyper", "refused"),
    [
        ("huber", "delta", [0.0, -1.0]),
        ("smooth_l1", "beta", [-0.1]),
        ("quantile", "q", [0.0, 1.0]),
        ("focal", "gamma", [-0.5]),
        ("focal", "alpha", [-1.5, 1.1]),
        ("cross_entropy", "label_smoothing", [-0.1, 1.0]),
        ("multi_margin", "p", [0, 3]),
        ("multi_margin", "margin", [-0.5]),
    ],
)
def test_values_without_a_meaning_are_outside_of_the_limits(name, hyper, refused):
    assert not any(loss(name).limits_for(hyper).holds(value) for value in refused)


def test_every_loss_class_of_torch_is_here_or_has_a_reason_not_to_be():
    here = {type(spec.module(**spec.hyper)).__name__ for spec in LOSSES if spec.module}
    assert set(torch.nn.modules.loss.__all__) <= here | set(NOT_HERE)
    assert not here & set(NOT_HERE)
    assert all(NOT_HERE.values())


def test_a_loss_with_a_torch_class_names_all_of_its_hyperparameters_as_torch_does():
    for spec in (spec for spec in LOSSES if spec.module and spec.hyper):
        parameters = inspect.signature(spec.module).parameters
        for name, default in spec.hyper.items():
            assert parameters[name].default == default
            assert type(parameters[name].default) is type(default)


def test_poisson_predicts_the_rate_of_its_log_rate():
    assert torch.equal(loss("poisson").link(REAL), REAL.exp())
    assert all(spec.link is None for spec in LOSSES if spec.takes != "log-rate")
