"""The emitted losses against the catalogue's own in float64, and against PyTorch's at the edges of what they take."""

import pytest
import torch
from torch.nn import functional as F

from actloss_cli import catalogue
from actloss_cli.catalogue import LOSSES, Choice
from actloss_cli.native import losses
from actloss_cli.native.losses_code import NATIVE_LOSSES

NATIVE = [spec for spec in LOSSES if spec.native is not None]
SETTINGS = [Choice.of(spec.name) for spec in NATIVE] + [
    Choice.of("huber", {"delta": 0.25}),
    Choice.of("smooth_l1", {"beta": 0.0}),
    Choice.of("smooth_l1", {"beta": 0.5}),
    Choice.of("quantile", {"q": 0.8}),
    Choice.of("cross_entropy", {"label_smoothing": 0.1}),
]
T, B, N = 5, 64, 50
"""Trials, samples, and how many of these are real."""


class Case:
    """Outputs of T trials in a loss's domain, targets, and weights that differ from sample to sample."""

    def __init__(self, choice):
        spec = catalogue.loss(choice.name)
        self.spec, self.hyper = spec, choice.hyper(spec)
        per_class = any(coding.per_class for coding in spec.codings.values())
        self.C = 7 if per_class else 1
        draw = torch.Generator().manual_seed(0)
        self.u = torch.randn(T, self.C, B, generator=draw) * 2
        if spec.takes in ("probability", "probabilities"):
            self.u = torch.sigmoid(self.u)
        elif spec.takes == "log-probabilities":
            self.u = torch.log_softmax(self.u, 1)
        index = torch.randint(max(2, self.C), (T, B), generator=draw)
        coding = next(coding for coding in spec.codings.values() if coding.per_class == (self.C > 1))
        match coding.target:
            case "index":
                self.target = index
            case "one_hot":
                self.target = F.one_hot(index, self.C).float().transpose(1, 2).contiguous()
            case "zero_one":
                self.target = index[:, None].float()
            case "minus_plus":
                is_class = F.one_hot(index, self.C).transpose(1, 2) if self.C > 1 else index[:, None]
                self.target = (2 * is_class - 1).float().contiguous()
            case "standardised" | "rate":
                self.target = torch.randn(T, 1, B, generator=draw).abs()
                self.u[:, :, :5] = self.target[:, :, :5]
        self.weights = torch.rand(T, B, generator=draw)
        self.weights[:, N:] = 0

    def native(self, weights=None):
        arrays = (self.u, self.target, self.weights if weights is None else weights)
        found = losses.means_and_gradient(self.spec.native, *arrays, *self.hyper.values())
        assert found is not None
        alone = losses.means(self.spec.native, *arrays, *self.hyper.values())
        torch.testing.assert_close(alone, found[0], rtol=0, atol=0, equal_nan=True)
        return found

    def exact(self, weights=None):
        weights = (self.weights if weights is None else weights).double()
        u = self.u.double()
        target = self.target.double() if self.target.is_floating_point() else self.target
        per_sample = self.spec.per_sample(u, target, **self.hyper)
        gradient = self.spec.gradient(u, target, **self.hyper) * weights[:, None]
        return (per_sample * weights).sum(1), gradient


def close(found, expected, rtol=2e-6, atol=2e-7):
    torch.testing.assert_close(found.double(), expected, rtol=rtol, atol=atol, equal_nan=True)


@pytest.mark.parametrize("choice", SETTINGS, ids=lambda choice: choice.label)
@pytest.mark.parametrize("shared", [False, True], ids=["own weights", "shared weights"])
def test_losses_and_gradients_are_those_of_the_declaration(choice, shared):
    case = Case(choice)
    weights = case.weights[:1].clone() if shared else case.weights
    for found, expected in zip(case.native(weights), case.exact(weights), strict=True):
        close(found, expected)


@pytest.mark.parametrize("name", ["mse", "mae", "bce", "bce_with_logits", "soft_margin"])
def test_what_takes_one_unit_takes_one_per_class_too(name):
    case = Case(Choice.of(name))
    wide = torch.Generator().manual_seed(1)
    case.u = torch.rand(T, 3, B, generator=wide)
    case.target = torch.randint(2, (T, 3, B), generator=wide).float()
    for found, expected in zip(case.native(), case.exact(), strict=True):
        close(found, expected)


@pytest.mark.parametrize("spec", NATIVE, ids=lambda spec: spec.name)
@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf], ids=str)
def test_what_is_not_finite_shows_in_its_trial_alone(spec, value):
    case = Case(Choice.of(spec.name))
    healthy = case.native()
    case.u[2, :, 3] = value
    means, grad = case.native()
    expected, _ = case.exact()
    assert torch.isfinite(means[2]) == torch.isfinite(expected[2])
    others = [0, 1, 3, 4]
    assert torch.equal(means[others], healthy[0][others])
    assert torch.equal(grad[others], healthy[1][others])


@pytest.mark.parametrize("spec", NATIVE, ids=lambda spec: spec.name)
def test_a_trial_has_the_same_bits_alone_and_in_a_stack(spec):
    case = Case(Choice.of(spec.name))
    together = case.native()
    for t in range(T):
        one = (tensor[t : t + 1].contiguous() for tensor in (case.u, case.target, case.weights))
        alone = losses.means_and_gradient(spec.native, *one, *case.hyper.values())
        for found, stacked in zip(alone, together, strict=True):
            assert torch.equal(found[0], stacked[t])


def test_probabilities_at_their_ends_have_torchs_bounded_logarithms():
    case = Case(Choice.of("bce"))
    ends = torch.tensor([0.0, 1.0, 1e-45, 1e-38, 1e-30, 1e-8, 1 - 2.0**-24, 0.5, -1e-6, 1.0001])
    case.u = torch.full((T, 1, B), 0.3)
    case.u[0, 0, :8], case.u[1, 0, 0], case.u[2, 0, 0] = ends[:8], ends[8], ends[9]
    for target in (0.0, 1.0):
        case.target = torch.full((T, 1, B), target)
        means, grad = case.native()
        u = case.u[0, 0].double().requires_grad_()
        expected = F.binary_cross_entropy(u, case.target[0, 0].double(), case.weights[0].double(), reduction="sum")
        close(means[0], expected.detach())
        (slope,) = torch.autograd.grad(expected, u)
        close(grad[0, 0], slope, rtol=1e-5)
        assert means[1:3].isnan().all()
        assert means[3:].isfinite().all()


def test_large_logits_and_denormals_are_what_torch_makes_of_them():
    values = torch.tensor([0.0, 1e-40, -1e-40, 50.0, -50.0, 100.0, -100.0, 1e30, -1e30, 88.5, -88.5, 17.0])
    for name in ("cross_entropy", "bce_with_logits", "soft_margin", "poisson", "log_cosh", "hinge"):
        case = Case(Choice.of(name))
        case.u[:, :, : len(values)] = values
        case.u[:, 0, : len(values)] += 1.0
        if name == "poisson":  # from e^88.7 on the rate is no float32, nor are sums of such rates
            case.u.clamp_max_(80.0)
        for found, expected in zip(case.native(), case.exact(), strict=True):
            close(found, expected, rtol=5e-6)


def test_shares_are_clipped_as_keras_does():
    case = Case(Choice.of("categorical_cross_entropy"))
    sparse = Case(Choice.of("sparse_categorical_cross_entropy"))
    rows = torch.tensor(
        [[1.0, 0, 0, 0, 0, 0, 0], [0.0, 1, 0, 0, 0, 0, 0], [1e-9, 1, 0, 0, 0, 0, 0], [-1, 3, 1, 1, 0, 0, 0]]
    )
    case.u[:, :, :4] = rows.T
    case.target[:, :, :4] = 0
    case.target[:, 0, :4] = 1
    sparse.u, sparse.target = case.u, case.target.argmax(1)
    for one in (case, sparse):
        for found, expected in zip(one.native(), one.exact(), strict=True):
            close(found, expected, rtol=5e-6)


def test_where_emitted_code_cannot_go_there_is_none():
    case = Case(Choice.of("mse"))
    arrays = (case.u, case.target, case.weights)
    assert losses.means("mse", *(tensor.double() for tensor in arrays)) is None
    assert losses.means("mse", *(tensor[..., :33].contiguous() for tensor in arrays)) is None
    assert losses.means("mse", *(tensor[..., :32] for tensor in arrays)) is None
    assert losses.means("mse", case.u, torch.zeros(T, 2, B), case.weights) is None


@pytest.mark.parametrize("spec", NATIVE, ids=lambda spec: spec.name)
def test_declarations_and_emitted_code_agree_on_what_they_take(spec):
    native = NATIVE_LOSSES[spec.native]
    assert native.n_numbers == len(spec.hyper)
    assert {coding.target == "index" for coding in spec.codings.values()} == {native.takes_index}


@pytest.mark.parametrize("far", [-torch.inf, -3e38])
def test_a_wrong_class_infinitely_far_off_costs_nothing(far):
    u = torch.zeros(2, 3, 32)
    u[0, 2] = far
    index, weights = torch.zeros(2, 32, dtype=torch.int64), torch.full((1, 32), 1 / 32)
    found = losses.means_and_gradient("cross_entropy", u, index, weights, 0.0)
    assert found is not None
    means, grad = found
    torch.testing.assert_close(means, F.cross_entropy(u, index, reduction="none").mean(1))
    assert grad.isfinite().all()
    torch.testing.assert_close(grad[0, :, 0] * 32, torch.tensor([-0.5, 0.5, 0.0]))
