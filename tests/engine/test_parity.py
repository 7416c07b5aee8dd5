"""A whole training reports what the plain PyTorch loop reports, whatever the model's shape and start.

That every function of the catalogue trains as in the plain loop is the battery's.
"""

import numpy as np
import pytest
import torch

from actloss_cli.catalogue import Choice
from actloss_cli.engine.initialise import INITS
from actloss_cli.engine.plain import PlainTraining
from actloss_cli.engine.train import StackedTraining
from tests.battery.test_battery_parity import assert_same_weights
from tests.engine.builders import make_dataset, make_trial

KINDS = ("regression", "binary", "multiclass")


@pytest.fixture(params=[torch.float32, torch.float64], ids=["float32", "float64"])
def dtype(request):
    return request.param


@pytest.mark.parametrize("init", INITS)
def test_every_initialisation_starts_as_in_the_plain_loop(init, dtype):
    assert_same_weights(make_trial("regression", "tanh", init=init), "regression", dtype)


@pytest.mark.parametrize("hidden", [(), (7,), (9, 5, 3)], ids=str)
@pytest.mark.parametrize("batch_size", [1000, 7, 32])
def test_depth_and_batch_size_train_as_in_the_plain_loop(hidden, batch_size, dtype):
    trial = make_trial("multiclass", "elu", hidden=hidden, batch_size=batch_size)
    assert_same_weights(trial, "multiclass", dtype)


WHOLE = [
    *((kind, None, None) for kind in KINDS),
    ("regression", "identity", Choice.of("poisson")),
    ("binary", "sigmoid", Choice.of("bce", {"class_weight": "balanced"})),
    ("multiclass", "identity", Choice.of("cross_entropy", {"class_weight": "balanced"})),
]


@pytest.mark.parametrize("activation", ["silu", "rrelu"])
@pytest.mark.parametrize(("kind", "output", "loss"), WHOLE, ids=str)
def test_a_whole_training_reports_what_the_plain_loop_reports(kind, output, loss, activation):
    dataset = make_dataset(kind)
    trial, other = (make_trial(kind, activation, output, loss, phase="final", epochs=6, seed=seed) for seed in range(2))
    stacked = StackedTraining([trial, other], dataset, dtype=torch.float64)
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
