"""Diagnostics are the plain loop's for every kind of function, are what a hand computes, and never touch a training."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from actloss_cli.catalogue import Choice
from actloss_cli.engine.diagnostic_names import diagnostic_columns, diagnostic_epochs, diagnostic_names
from actloss_cli.engine.plain import PlainTraining
from actloss_cli.engine.train import StackedTraining
from tests.engine.builders import make_dataset, make_trial

DATASETS = {kind: make_dataset(kind) for kind in ("regression", "binary", "multiclass")}
"""36 validation rows: a whole chunk and a part of one at 32 rows a chunk, less than one at a large minibatch."""
BALANCED = {"class_weight": "balanced"}

ACTIVATIONS = [
    *("identity", "relu", "leaky_relu", "prelu", "rrelu", "threshold", "relu6", "square", "elu", "selu", "softplus"),
    *("silu", "swish_beta", "gelu", "hardswish", "tanh", "hardtanh", "softsign", "sigmoid", "hardsigmoid"),
    *("log_sigmoid", "hardshrink", "sine", "gaussian", "softmax", "softmin"),
]
HEADS = [
    ("regression", "identity", Choice.of("mse")),
    ("regression", "relu", Choice.of("mae")),
    ("regression", "sigmoid", Choice.of("huber")),
    ("regression", "identity", Choice.of("poisson")),
    ("binary", "sigmoid", Choice.of("bce")),
    ("binary", "softmax", Choice.of("bce")),
    ("binary", "sigmoid", Choice.of("bce", BALANCED)),
    ("binary", "tanh", Choice.of("hinge")),
    ("binary", "softmax", Choice.of("mse")),
    ("binary", "relu", Choice.of("bce_with_logits")),
    ("multiclass", "identity", Choice.of("cross_entropy", BALANCED)),
    ("multiclass", "log_softmax", Choice.of("nll")),
    ("multiclass", "sigmoid", Choice.of("nll")),
    ("multiclass", "identity", Choice.of("kl_div")),
    ("multiclass", "softmax", Choice.of("categorical_cross_entropy")),
    ("multiclass", "tanh", Choice.of("categorical_cross_entropy_raw", BALANCED)),
    ("multiclass", "identity", Choice.of("multi_margin")),
]


def named(outcome, n_hidden):
    """Name to `[K]`."""
    return dict(zip(diagnostic_names(n_hidden), outcome.diagnostics.T, strict=True))


def assert_as_in_the_plain_loop(kind, trial, neighbours=(), dtype=torch.float64, rtol=1e-5):
    trials = sorted([trial, *neighbours], key=lambda t: t.pairing.activation.label)
    stacked = StackedTraining(trials, DATASETS[kind], dtype=dtype).run()[trials.index(trial)]
    plain = PlainTraining(trial, DATASETS[kind], dtype=dtype).run()
    n_hidden = len(trial.task.model.hidden)
    for name, expected in named(plain, n_hidden).items():
        np.testing.assert_allclose(named(stacked, n_hidden)[name], expected, rtol=rtol, atol=1e-7, err_msg=name)
    return plain


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_is_diagnosed_as_in_the_plain_loop(activation):
    neighbours = [make_trial("binary", other, lr=0.1, seed=1, epochs=4) for other in ("relu", "tanh", "prelu")]
    assert_as_in_the_plain_loop("binary", make_trial("binary", activation, epochs=4), neighbours)


@pytest.mark.parametrize("activation", ["relu", "swish_beta"])
@pytest.mark.parametrize(("kind", "output", "loss"), HEADS, ids=lambda value: getattr(value, "label", value))
def test_every_head_is_diagnosed_as_in_the_plain_loop(kind, output, loss, activation):
    assert_as_in_the_plain_loop(kind, make_trial(kind, activation, output, loss, "sgd", lr=1e-2, epochs=4))


@pytest.mark.parametrize("activation", ["relu", "elu", "tanh", "prelu", "sigmoid", "softmax"])
def test_single_precision_is_diagnosed_as_in_the_plain_loop(activation):
    trial = make_trial("multiclass", activation, optimizer="sgd", lr=1e-2, hidden=(7, 9), batch_size=25)
    assert_as_in_the_plain_loop("multiclass", trial, dtype=torch.float32, rtol=1e-3)


@pytest.mark.parametrize("optimizer", ["adafactor", Choice.of("sgd", {"momentum": 0.9, "clip": "norm"})], ids=str)
@pytest.mark.parametrize("batch_size", [1000, 7])
@pytest.mark.parametrize("hidden", [(), (9, 5, 3)], ids=str)
def test_depth_batch_size_and_optimizer_are_diagnosed_as_in_the_plain_loop(hidden, batch_size, optimizer):
    trial = make_trial("multiclass", "elu", optimizer=optimizer, hidden=hidden, batch_size=batch_size)
    assert_as_in_the_plain_loop("multiclass", trial)


def test_a_trial_that_diverges_has_no_diagnostics_from_that_epoch_on():
    wild = make_trial("regression", "identity", optimizer="sgd", lr=0.7, epochs=8)
    plain = assert_as_in_the_plain_loop("regression", wild)
    is_late = np.array(diagnostic_epochs(8)) >= plain.diverged_epoch
    assert 0 < is_late.sum() < 4
    assert np.isfinite(named(plain, 2)["weight_growth"][~is_late]).all()
    assert np.isnan(plain.diagnostics[is_late]).all()


def test_what_the_plain_loop_alone_can_train_is_diagnosed_too():
    trial = make_trial("regression", "tanh", optimizer="lbfgs", lr=0.1, batch_size=1000)
    outcome = PlainTraining(trial, DATASETS["regression"]).run()
    assert outcome.diagnostics.shape == (len(diagnostic_epochs(3)), len(diagnostic_names(2)))
    assert (named(outcome, 2)["update_ratio"][1:] > 0).all()
    assert (named(outcome, 2)["weight_growth"] >= 1).all()


@pytest.mark.parametrize("activation", ["relu", "prelu", "rrelu", "softmax"])
def test_diagnosing_does_not_touch_the_training(activation):
    trials = [make_trial("binary", activation, seed=seed, epochs=4) for seed in range(2)]
    diagnosed, other = (StackedTraining(trials, DATASETS["binary"]) for _ in range(2))
    plain_diagnosed, plain_other = (PlainTraining(trials[0], DATASETS["binary"]) for _ in range(2))
    for training in (diagnosed, plain_diagnosed):
        training.run()
    for epoch in range(4):
        for training in (other, plain_other):
            training.train_epoch(epoch)
    for trial in range(2):
        pairs = zip(diagnosed.model.parameters_of(trial), other.model.parameters_of(trial), strict=True)
        assert all(torch.equal(one, another) for one, another in pairs)
    for one, another in zip(plain_diagnosed.model.parameters(), plain_other.model.parameters(), strict=True):
        assert torch.equal(one, another)


class ByHand:
    """A training of one epoch in double precision, started from weights of a test's own; what a hand needs of it."""

    def __init__(self, kind, activation="relu", output=None, loss=None, *, hidden=(4,), optimizer="sgd", lr=0.1):
        trial = make_trial(kind, activation, output, loss, optimizer, lr=lr, hidden=hidden, batch_size=1000, epochs=1)
        self.training = StackedTraining([trial], DATASETS[kind], dtype=torch.float64)
        self.part = self.training._problems[0].validation
        self.X = self.part.X
        self.n_hidden = len(hidden)

    def set(self, layer, weight, bias=0.0):
        """Weight `[O, I]` and bias `[O]` of the linear layer of that number, counted from 0."""
        W, b = self.training.model.values[layer]
        W[:] = torch.as_tensor(weight, dtype=W.dtype)
        b[:] = torch.as_tensor(bias, dtype=W.dtype).reshape(-1, 1)
        return self

    def scale(self, layer, factor):
        self.training.model.values[layer][0].mul_(factor)
        return self

    def weights(self):
        """Weight and bias by turns, copies."""
        return [tensor[0].squeeze(1).clone() for pair in self.training.model.values for tensor in pair]

    def points(self):
        """Name to the values before and after the epoch `[2]`."""
        return named(self.training.run()[0], self.n_hidden)


def test_dead_units_and_zeros_are_counted_over_all_rows():
    one = ByHand("binary").set(0, [[0] * 5, [0] * 5, [1, 0, 0, 0, 0], [-2, 0, 0, 0, 0]], [-1, 3, 0, 0])
    x = one.X[:, 0].numpy()
    found = one.points()
    below, above = np.mean(x <= 0), np.mean(x >= 0)
    assert 0.1 < below < 0.9
    assert found["dead_units_1"][0] == 0.25
    assert found["saturated_units_1"][0] == 0.25
    assert found["zeros_1"][0] == pytest.approx((1 + 0 + below + above) / 4)
    squares = (9 + np.mean(np.maximum(x, 0) ** 2) + np.mean(np.maximum(-2 * x, 0) ** 2)) / 4
    assert found["activation_rms_1"][0] == pytest.approx(math.sqrt(squares))


@pytest.mark.parametrize(("factor", "least"), [(1, 0), (30, 0), (1000, 0.5)])
def test_a_unit_is_saturated_where_its_slope_is_flat_on_nineteen_rows_of_twenty(factor, least):
    one = ByHand("binary", "sigmoid").scale(0, factor)
    W, b, *_ = one.weights()
    share = torch.sigmoid(one.X @ W.T + b)
    is_flat = share * (1 - share) < 0.05 / 4
    expected = float((is_flat.double().mean(0) >= 0.95).double().mean())
    assert one.points()["saturated_units_1"][0] == pytest.approx(expected)
    assert expected >= least


@pytest.mark.parametrize("hidden", [(), (4,), (6, 3)], ids=str)
def test_gradients_are_those_that_autograd_finds_with_torchs_own_loss(hidden):
    one = ByHand("multiclass", "silu", hidden=hidden)
    parameters = [parameter.requires_grad_() for parameter in one.weights()]
    x, zs = one.X, []
    for W, b in zip(parameters[::2], parameters[1::2], strict=True):
        zs.append(x @ W.T + b)
        x = F.silu(zs[-1])
    loss = F.cross_entropy(zs[-1], one.part.y)
    grads = torch.autograd.grad(loss, [*parameters[::2], *zs])
    of_weights, of_zs = grads[: len(zs)], grads[len(zs) :]
    found = one.points()
    for layer, (by_weight, by_z) in enumerate(zip(of_weights, of_zs, strict=True), 1):
        assert found[f"gradient_norm_{layer}"][0] == pytest.approx(float(by_weight.norm()), rel=1e-6)
        rms = float(by_z.square().mean().sqrt())
        assert found[f"delta_rms_{layer}"][0] == pytest.approx(len(one.X) * rms, rel=1e-6)
    first, last = (float(of_weights[at].square().mean().sqrt()) for at in (0, -1))
    assert found["gradient_ratio"][0] == pytest.approx(first / last, rel=1e-6)


def test_a_network_without_any_gradient_has_no_gradient_ratio():
    found = ByHand("binary", "relu").set(0, [[0] * 5] * 4, [-1] * 4).points()
    assert found["dead_units_1"][0] == found["saturated_units_1"][0] == 1
    assert found["gradient_norm_1"][0] == found["gradient_norm_2"][0] == 0
    assert math.isnan(found["gradient_ratio"][0])


def test_a_gradient_whose_square_vanishes_in_single_precision_is_not_called_zero():
    training = StackedTraining([make_trial("binary", "identity", hidden=(4,), epochs=1)], DATASETS["binary"])
    training.model.values[1][0].mul_(1e-25)
    found = named(training.run()[0], 1)
    assert 0 < found["gradient_ratio"][0] < 1e-20


def test_a_step_and_the_weights_growth_are_measured_by_the_weights_before_and_after():
    one = ByHand("regression", hidden=(4, 3))
    before = one.weights()
    found = one.points()
    after = one.weights()
    changes = [new - old for new, old in zip(after, before, strict=True)]
    assert math.isnan(found["update_ratio"][0])
    assert found["update_ratio"][1] == pytest.approx(norm(changes) / norm(before), rel=1e-6)
    assert found["weight_growth"][0] == 1
    assert found["weight_growth"][1] == pytest.approx(norm(after[::2]) / norm(before[::2]), rel=1e-6)


def norm(tensors):
    return float(torch.cat([tensor.flatten() for tensor in tensors]).norm())


def outputs(one):
    """What a model without hidden layers gives `[N, C]` before its output."""
    W, b = one.weights()
    return (one.X @ W.T + b).numpy()


def test_outputs_at_a_bounded_outputs_ends_are_counted():
    one = ByHand("binary", output="tanh", loss="hinge", hidden=()).scale(0, 10)
    u = np.tanh(outputs(one))
    expected = np.mean(np.abs(u) >= 1 - 2e-3)
    assert 0.1 < expected < 0.9
    found = one.points()
    assert found["output_at_ends"][0] == pytest.approx(expected)
    assert found["output_spread"][0] == pytest.approx(u.std(), rel=1e-6)


def test_outputs_at_the_only_finite_end_are_counted_and_others_have_none():
    one = ByHand("regression", output="relu", loss="mse", hidden=())
    expected = np.mean(outputs(one) <= 1e-3)
    assert 0.1 < expected < 0.9
    assert one.points()["output_at_ends"][0] == pytest.approx(expected)
    assert ByHand("regression", hidden=()).points()["output_at_ends"][0] == 0


def test_outputs_that_the_loss_cannot_take_are_counted():
    one = ByHand("multiclass", output="identity", loss="categorical_cross_entropy", hidden=())
    one.training.model.values[0][1].add_(0.5)
    u = outputs(one)
    total = u.sum(1, keepdims=True)
    defined = (total[:, 0] > 0) & ((u / total >= -1e-6) & (u / total <= 1 + 1e-6)).all(1)
    assert 0.05 < defined.mean() < 0.95
    assert one.points()["undefined_share"][0] == pytest.approx(1 - defined.mean(), abs=1e-6)


def test_softmax_over_one_unit_is_constant_at_its_end():
    found = ByHand("binary", output="softmax", loss="bce").points()
    assert found["output_spread"][0] == 0
    assert found["output_at_ends"][0] == 1


def test_diagnosed_epochs_lie_at_logarithmic_distances():
    assert diagnostic_epochs(30) == (0, 1, 3, 10, 30)
    assert diagnostic_epochs(1000) == (0, 1, 10, 100, 1000)
    assert diagnostic_epochs(1) == (0, 1)
    assert diagnostic_epochs(2) == (0, 1, 2)


def test_names_follow_from_the_number_of_hidden_layers():
    assert diagnostic_names(0) == (
        *("gradient_norm_1", "gradient_ratio", "delta_rms_1", "update_ratio"),
        *("output_at_ends", "undefined_share", "output_spread", "weight_growth"),
    )
    assert diagnostic_names(2)[4:11] == (
        *("delta_rms_1", "delta_rms_2", "delta_rms_3", "update_ratio"),
        *("dead_units_1", "dead_units_2", "saturated_units_1"),
    )
    assert diagnostic_columns(1)[1:4] == (("gradient_norm", 2), ("gradient_ratio", None), ("delta_rms", 1))
