"""Losses mean what the design's table says: torch's classes, Keras's formula, and the exact identities between them."""

import math

import pytest
import torch

from actloss_cli.catalogue import LOSSES, activation, loss
from actloss_cli.catalogue.coding import coding_for, count_units, decision_threshold

GENERATOR = torch.Generator().manual_seed(11)
T, C, B = 3, 4, 32
Z = torch.randn(T, C, B, dtype=torch.float64, generator=GENERATOR)
INDEX = torch.randint(C, (T, B), generator=GENERATOR)
ONE_HOT = torch.nn.functional.one_hot(INDEX, C).double().transpose(1, 2)
LABEL = (torch.rand(T, 1, B, generator=GENERATOR) < 0.4).double()
TARGETS = {
    "index": INDEX,
    "one_hot": ONE_HOT,
    "zero_one": LABEL,
    "minus_plus": 2 * LABEL - 1,
    "standardised": torch.randn(T, 1, B, dtype=torch.float64, generator=GENERATOR),
}
CASES = [(spec, kind, coding) for spec in LOSSES for kind, coding in spec.codings.items()]


def outputs(spec, coding):
    """Outputs inside the loss's domain."""
    z = Z if coding.per_class else Z[:, :1]
    squash = {"probability": torch.sigmoid, "probabilities": lambda x: torch.softmax(x, 1)}
    return squash.get(spec.takes, lambda x: x)(z)


def with_gradient(spec, u, target):
    """The losses and the declared gradient."""
    return spec.per_sample(u, target, **spec.hyper), spec.gradient(u, target, **spec.hyper)


@pytest.mark.parametrize(("spec", "kind", "coding"), CASES, ids=lambda value: getattr(value, "name", str(value)))
def test_it_is_one_number_per_sample_that_depends_on_that_sample_alone(spec, kind, coding):
    u, target = outputs(spec, coding), TARGETS[coding.target]
    losses = spec.per_sample(u, target, **spec.hyper)
    assert losses.shape == (T, B)
    changed = u.clone()
    changed[1, :, 5] = torch.nan
    differs = ~torch.isclose(spec.per_sample(changed, target, **spec.hyper), losses, equal_nan=False)
    assert set(map(tuple, differs.nonzero().tolist())) <= {(1, 5)}


@pytest.mark.parametrize(
    ("spec", "kind", "coding"), [c for c in CASES if c[0].module], ids=lambda value: getattr(value, "name", str(value))
)
def test_its_mean_and_gradient_are_those_of_the_torch_class(spec, kind, coding):
    u, target = outputs(spec, coding), TARGETS[coding.target]
    for t in range(T):
        samples_first = u[t].T.clone().requires_grad_()
        own_target = target[t] if coding.target == "index" else target[t].T
        expected = spec.module(**spec.hyper)(samples_first, own_target)
        (expected_grad,) = torch.autograd.grad(expected, samples_first)
        losses, grad = with_gradient(spec, u, target)
        torch.testing.assert_close(losses[t].mean(), expected.detach())
        torch.testing.assert_close(grad[t].T / B, expected_grad)


@pytest.mark.parametrize(("spec", "kind", "coding"), CASES, ids=lambda value: getattr(value, "name", str(value)))
def test_the_declared_gradient_is_autograds(spec, kind, coding):
    u, target = outputs(spec, coding), TARGETS[coding.target]
    leaf = u.clone().requires_grad_()
    losses = spec.per_sample(leaf, target, **spec.hyper)
    _, grad = with_gradient(spec, u, target)
    torch.testing.assert_close(grad, torch.autograd.grad(losses.sum(), leaf)[0])


@pytest.mark.parametrize(
    ("name", "u", "target", "expected"),
    [
        ("mae", [0.5, -1.0, 0.0], [0.5, -1.0, 0.0], [0.0, 0.0, 0.0]),
        ("hinge", [1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]),
        ("huber", [1.0, -1.0, 2.5, 0.5], [0.0, 0.0, 1.5, 1.5], [1.0, -1.0, 1.0, -1.0]),
    ],
)
def test_the_declared_gradient_at_a_kink_is_autograds(name, u, target, expected):
    spec = loss(name)
    leaf = torch.tensor([[u]], dtype=torch.float64, requires_grad=True)
    target = torch.tensor([[target]], dtype=torch.float64)
    (of_autograd,) = torch.autograd.grad(spec.per_sample(leaf, target, **spec.hyper).sum(), leaf)
    declared = spec.gradient(leaf.detach().clone(), target, **spec.hyper)
    assert declared.flatten().tolist() == of_autograd.flatten().tolist() == expected


@pytest.mark.parametrize("name", ["categorical_cross_entropy", "sparse_categorical_cross_entropy"])
def test_a_clipped_probability_sends_no_gradient_back(name):
    u = torch.tensor([[[1e-9, 0.5, 2.0], [1.0, 0.5, -1.0]]], dtype=torch.float64)
    target = torch.zeros(1, 3, dtype=torch.int64)
    if name.startswith("categorical"):
        target = torch.nn.functional.one_hot(target, 2).double().transpose(1, 2)
    losses, grad = with_gradient(loss(name), u, target)
    assert losses[0].tolist() == pytest.approx([-math.log(1e-7), math.log(2), -math.log(1 - 1e-7)])
    assert (grad[0, :, 0] == 0).all()
    assert (grad[0, :, 1] != 0).all()
    assert (grad[0, :, 2] == 0).all()


def test_bce_has_torchs_value_and_gradient_on_saturated_outputs():
    u = torch.tensor([[[0.0, 1.0, 0.0, 1.0, 1e-30, 1 - 1e-7]]])
    target = torch.tensor([[[1.0, 0.0, 0.0, 1.0, 1.0, 0.0]]])
    losses, grad = with_gradient(loss("bce"), u, target)
    leaf = u.clone().requires_grad_()
    expected = torch.nn.functional.binary_cross_entropy(leaf, target, reduction="none")
    torch.testing.assert_close(losses, expected.detach()[:, 0])
    torch.testing.assert_close(grad, torch.autograd.grad(expected.sum(), leaf)[0])
    assert losses.max() == 100


def same_loss(one, other):
    """Two (output, loss) pairs agree in value and in the gradient at the pre-activations."""
    results = []
    for output_name, loss_name, target in (one, other):
        leaf = Z.clone().requires_grad_()
        losses = loss(loss_name).per_sample(activation(output_name).apply(leaf), target)
        results.append((losses.detach(), torch.autograd.grad(losses.sum(), leaf)[0]))
    for found, expected in zip(*results, strict=True):
        torch.testing.assert_close(found, expected)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("identity", "kl_div", ONE_HOT), ("identity", "nll", INDEX)),
        (("log_softmax", "cross_entropy", INDEX), ("identity", "cross_entropy", INDEX)),
        (("log_softmax", "nll", INDEX), ("identity", "cross_entropy", INDEX)),
        (("softmax", "nll", INDEX), ("softmax", "kl_div", ONE_HOT)),
        (("softmax", "categorical_cross_entropy", ONE_HOT), ("softmax", "sparse_categorical_cross_entropy", INDEX)),
        (("softmax", "categorical_cross_entropy", ONE_HOT), ("identity", "cross_entropy", INDEX)),
        (("sigmoid", "categorical_cross_entropy", ONE_HOT), ("sigmoid", "sparse_categorical_cross_entropy", INDEX)),
    ],
    ids=lambda pair: f"{pair[0]}+{pair[1]}",
)
def test_exact_identities(one, other):
    same_loss(one, other)


def test_sigmoid_into_hinge_is_sigmoid_into_mae_up_to_scale_and_constant():
    u = torch.sigmoid(Z[:, :1])
    hinge = loss("hinge").per_sample(u, 2 * LABEL - 1)
    mae = loss("mae").per_sample(u, LABEL)
    # y = 1: 1 - u = |u - 1|; y = 0: 1 + u = |u| + 1
    torch.testing.assert_close(hinge, mae + (1 - LABEL[:, 0]))


def test_softmax_twice_has_the_known_floors():
    for n_classes, floor in ((2, 0.3133), (3, 0.5514), (4, 0.7437), (10, 1.4612)):
        perfect = torch.full((1, n_classes, 1), -1e3, dtype=torch.float64)
        perfect[0, 0] = 1e3
        value = loss("cross_entropy").per_sample(torch.softmax(perfect, 1), torch.zeros(1, 1, dtype=torch.int64))
        assert float(value) == pytest.approx(floor, abs=5e-5)
        assert float(value) == pytest.approx(math.log(1 + (n_classes - 1) / math.e))


@pytest.mark.parametrize(
    ("kind", "output", "name", "target", "n_units"),
    [
        ("regression", "identity", "mse", "standardised", 1),
        ("regression", "softmax", "mse", "standardised", 1),
        ("binary", "sigmoid", "bce", "zero_one", 1),
        ("binary", "softmax", "bce", "zero_one", 1),
        ("binary", "sigmoid", "mse", "zero_one", 1),
        ("binary", "softmax", "mse", "one_hot", 2),
        ("binary", "log_softmax", "mae", "one_hot", 2),
        ("binary", "tanh", "hinge", "minus_plus", 1),
        ("binary", "identity", "cross_entropy", "index", 2),
        ("binary", "softmax", "categorical_cross_entropy", "one_hot", 2),
        ("multiclass", "sigmoid", "bce", "one_hot", 5),
        ("multiclass", "softmax", "mse", "one_hot", 5),
        ("multiclass", "log_softmax", "nll", "index", 5),
    ],
)
def test_target_and_units_follow_the_table(kind, output, name, target, n_units):
    coding = coding_for(loss(name), activation(output), kind)
    assert coding.target == target
    assert count_units(coding, 2 if kind == "binary" else 5) == n_units


@pytest.mark.parametrize(
    ("output", "name", "threshold"),
    [
        ("sigmoid", "bce", 0.5),
        ("sigmoid", "hinge", 0.5),
        ("sigmoid", "bce_with_logits", 0.5),
        ("tanh", "hinge", 0.0),
        ("identity", "hinge", 0.0),
        ("relu", "hinge", 0.5),
        ("relu", "bce_with_logits", 0.0),
        ("identity", "bce_with_logits", 0.0),
        ("tanh", "bce_with_logits", 0.0),
        ("identity", "mse", 0.5),
        ("tanh", "mae", 0.5),
    ],
)
def test_one_unit_decides_midway_between_the_codes_it_can_reach(output, name, threshold):
    spec = activation(output)
    assert decision_threshold(loss(name), spec.range_for(spec.hyper)) == threshold
