"""A stacked trial is the plain PyTorch loop's: weights after 50 steps, curves and metrics after a whole training."""

import itertools

import numpy as np
import pytest
import torch

from actloss_cli.catalogue import ACTIVATIONS, LOSSES, OPTIMIZERS, Choice
from actloss_cli.catalogue.coding import coding_for
from actloss_cli.engine.initialise import INITS
from actloss_cli.engine.plain import PlainTraining
from actloss_cli.engine.train import StackedTraining
from actloss_cli.plan.validity import invalid_reason
from tests.engine.builders import make_dataset, make_trial

STEPS = 50
TOLERANCE = {torch.float32: 1e-4, torch.float64: 1e-9}
KINDS = ("regression", "binary", "multiclass")
HIDDEN = [spec.name for spec in ACTIVATIONS if spec.hidden]
HEADS = [
    (kind, output.name, loss.name)
    for kind, output, loss in itertools.product(KINDS, (spec for spec in ACTIVATIONS if spec.output), LOSSES)
    if coding_for(loss, output, kind) is not None
    and not invalid_reason(make_trial(kind, "relu", output.name, loss.name).pairing, kind)
]
WITH_A_POLE = {
    (output.name, loss.name)
    for output, loss in itertools.product(ACTIVATIONS, LOSSES)
    if loss.takes == "probabilities" and output.name not in ("sigmoid", "softmax", "log_softmax")
}
UPDATES = [Choice.of(spec.name) for spec in OPTIMIZERS] + [
    Choice.of("sgd", {"momentum": 0.9}),
    Choice.of("sgd", {"momentum": 0.9, "nesterov": True}),
    Choice.of("adam", {"betas": (0.5, 0.9)}),
]


@pytest.fixture(params=[torch.float32, torch.float64], ids=["float32", "float64"])
def dtype(request):
    return request.param


def train_steps(training):
    """50 steps, over as many epochs as they take."""
    for epoch in range(STEPS // 5):
        training.train_epoch(epoch, 5)


def plain_weights(model):
    """In the stack's order: weight and bias of each linear layer, then what activations learn."""
    modules = sorted(model, key=lambda module: not isinstance(module, torch.nn.Linear))
    return [parameter.detach() for module in modules for parameter in module.parameters()]


def assert_same_weights(trial, kind, dtype, neighbours=()):
    dataset = make_dataset(kind)
    trials = sorted([trial, *neighbours], key=lambda t: t.pairing.activation.label)
    stacked, plain = StackedTraining(trials, dataset, dtype=dtype), PlainTraining(trial, dataset, dtype=dtype)
    train_steps(stacked)
    train_steps(plain)
    found, expected = stacked.model.parameters_of(trials.index(trial)), plain_weights(plain.model)
    for one, other in zip(found, expected, strict=True):
        difference = (one.reshape(other.shape) - other).abs().max()
        assert float(difference / other.abs().max()) <= TOLERANCE[dtype]


@pytest.mark.parametrize("activation", HIDDEN)
def test_every_activation_trains_as_in_the_plain_loop(activation, dtype):
    neighbours = [make_trial("binary", other, lr=0.1, seed=1) for other in HIDDEN if other != activation]
    assert_same_weights(make_trial("binary", activation), "binary", dtype, neighbours)


@pytest.mark.parametrize(("kind", "output", "loss"), HEADS)
def test_every_output_and_loss_trains_as_in_the_plain_loop(kind, output, loss, dtype):
    # u / sum u has a pole where outputs of both signs cancel: larger steps amplify one rounding error without bound
    lr = 1e-5 if (output, loss) in WITH_A_POLE else 1e-2
    trial = make_trial(kind, "tanh", output, loss, "sgd", lr=lr)
    assert_same_weights(trial, kind, dtype, [make_trial(kind, "tanh", output, loss, "sgd", lr=lr / 10, seed=1)])


@pytest.mark.parametrize("optimizer", UPDATES, ids=lambda choice: choice.label)
@pytest.mark.parametrize("kind", KINDS)
def test_every_optimizer_trains_as_in_the_plain_loop(kind, optimizer, dtype):
    trial = make_trial(kind, "tanh", optimizer=optimizer, lr=1e-3)
    assert_same_weights(trial, kind, dtype, [make_trial(kind, "silu", optimizer=optimizer, lr=1e-2, seed=2)])


@pytest.mark.parametrize("init", INITS)
def test_every_initialisation_starts_as_in_the_plain_loop(init, dtype):
    assert_same_weights(make_trial("regression", "tanh", init=init), "regression", dtype)


@pytest.mark.parametrize("hidden", [(), (7,), (9, 5, 3)], ids=str)
@pytest.mark.parametrize("batch_size", [1000, 7, 32])
def test_depth_and_batch_size_train_as_in_the_plain_loop(hidden, batch_size, dtype):
    trial = make_trial("multiclass", "elu", hidden=hidden, batch_size=batch_size)
    assert_same_weights(trial, "multiclass", dtype)


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_training_reports_what_the_plain_loop_reports(kind):
    dataset = make_dataset(kind)
    trial = make_trial(kind, "silu", phase="final", epochs=6)
    stacked = StackedTraining(
        [trial, make_trial(kind, "silu", phase="final", epochs=6, seed=1)], dataset, dtype=torch.float64
    )
    found, expected = stacked.run()[0], PlainTraining(trial, dataset, dtype=torch.float64).run()
    assert found.status == expected.status == "done"
    assert found.metrics.keys() == expected.metrics.keys()
    for name, value in expected.metrics.items():
        assert found.metrics[name] == pytest.approx(value, rel=1e-9, abs=1e-12), name
    for name, curve in expected.curves.items():
        np.testing.assert_allclose(found.curves[name], curve, rtol=1e-6)
    np.testing.assert_allclose(found.row_scores, expected.row_scores, atol=1e-6)


@pytest.mark.parametrize("init", INITS)
def test_torch_initialisation_is_that_of_a_linear_layer(init):
    trial = make_trial("binary", hidden=(400,), init=init)
    plain = PlainTraining(trial, make_dataset("binary", n_features=100)).model
    torch.manual_seed(0)
    own = torch.nn.Linear(100, 400)
    weight = plain[0].weight.detach()
    variance = {"torch": own.weight.detach().var().item(), "kaiming": 2 / 100, "xavier": 2 / 500, "lecun": 1 / 100}
    assert weight.var().item() == pytest.approx(variance[init], rel=0.03)
    assert (plain[0].bias == 0).all() == (init != "torch")
