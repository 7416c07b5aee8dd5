"""The recurrent cell is torch's, and trains as in the plain loop, whatever trains beside it."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from actloss_cli.catalogue import Choice
from actloss_cli.engine.plain import PlainTraining
from actloss_cli.engine.train import StackedTraining
from actloss_cli.plan.shaped_models import RecurrentSpec
from actloss_cli.plan.stacks import largest_stack
from actloss_cli.plan.trial import ModelSpec
from tests.engine.builders import make_dataset, make_trial
from tests.engine.shaped import CASES, TOLERANCE, assert_as_in_the_plain_loop, assert_packing_does_not_show

MODEL = RecurrentSpec((2, 6), width=9)
KINDS = ("regression", "binary", "multiclass")


def dataset_for(model, kind="multiclass"):
    return make_dataset(kind, n_rows=200, n_features=int(np.prod(model.shape)))


def rnn_of(cell, nonlinearity):
    """torch's, with the cell's weights and the one bias that the cell has."""
    C = cell.in_features - cell.out_features
    rnn = nn.RNN(C, cell.out_features, nonlinearity=nonlinearity, batch_first=True, dtype=cell.weight.dtype)
    with torch.no_grad():
        rnn.weight_ih_l0.copy_(cell.weight[:, :C])
        rnn.weight_hh_l0.copy_(cell.weight[:, C:])
        rnn.bias_ih_l0.copy_(cell.bias)
        rnn.bias_hh_l0.zero_()
    return rnn


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_the_cell_and_its_gradients_are_those_of_torchs_rnn(nonlinearity):
    dataset = dataset_for(MODEL)
    plain = PlainTraining(make_trial("multiclass", nonlinearity, model=MODEL), dataset, dtype=torch.float64).model
    cell, activation = plain[0], plain[1]
    rnn = rnn_of(cell, nonlinearity)
    rows = torch.from_numpy(dataset.X[:50])
    state, expected = activation(cell(rows)), rnn(rows.view(50, *MODEL.shape).transpose(1, 2))[1][0]
    torch.testing.assert_close(state, expected, rtol=1e-12, atol=1e-12)
    above = torch.randn_like(state)
    found = torch.autograd.grad(state, [cell.weight, cell.bias], above)
    of_inputs, of_states, of_bias = torch.autograd.grad(
        expected, [rnn.weight_ih_l0, rnn.weight_hh_l0, rnn.bias_ih_l0], above
    )
    torch.testing.assert_close(found[0], torch.cat([of_inputs, of_states], 1), rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(found[1], of_bias, rtol=1e-10, atol=1e-10)


def test_weights_start_as_torchs_rnn_has_them_within_one_over_the_root_of_the_width():
    model = RecurrentSpec((3, 4), width=100)
    cell = PlainTraining(make_trial("multiclass", model=model), dataset_for(model)).model[0]
    bound = 1 / math.sqrt(100)
    assert max(p.abs().max() for p in nn.RNN(3, 100).parameters()) <= bound
    for values in (cell.weight, cell.bias):
        assert 0.95 * bound < values.abs().max() <= bound
    assert cell.weight.var().item() == pytest.approx(bound**2 / 3, rel=0.05)


@pytest.mark.parametrize(("activation", "dtype"), CASES, ids=str)
def test_a_cell_trains_as_in_the_plain_loop(activation, dtype):
    shared = {"model": MODEL, "epochs": 13, "phase": "final", "lr": 3e-3}
    neighbours = [make_trial("multiclass", other, seed=1, **shared) for other in ("elu", "prelu", "silu")]
    trial = make_trial("multiclass", activation, **shared)
    assert_as_in_the_plain_loop(trial, dataset_for(MODEL), dtype, neighbours)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("batch_size", [7, 1000])
@pytest.mark.parametrize(
    "optimizer",
    [
        Choice.of("sgd", {"momentum": 0.9, "clip": "norm", "clip_at": 0.1, "schedule": "cosine"}),
        Choice.of("adafactor"),
    ],
    ids=lambda choice: choice.name,
)
def test_every_kind_and_size_of_minibatch_trains_as_in_the_plain_loop(kind, batch_size, optimizer):
    trial = make_trial(kind, "tanh", optimizer=optimizer, model=MODEL, batch_size=batch_size, phase="final")
    assert_as_in_the_plain_loop(trial, dataset_for(MODEL, kind), torch.float64)


def test_one_step_is_an_mlp_of_one_hidden_layer():
    dataset, shared = make_dataset("regression", n_features=5), {"epochs": 3, "init": "lecun", "phase": "final"}
    cell = StackedTraining([make_trial("regression", "tanh", model=RecurrentSpec((5, 1), 8))], dataset).model
    mlp = StackedTraining([make_trial("regression", "tanh", hidden=(8,), **shared)], dataset).model
    for of_mlp, of_cell in zip(mlp.values, cell.values, strict=True):
        n_in = of_mlp[0].shape[2]
        of_mlp[0].copy_(of_cell[0][:, :, :n_in])
        of_mlp[1].copy_(of_cell[1])
    rows = torch.randn(1, 5, 32)
    torch.testing.assert_close(cell.forward(rows), mlp.forward(rows), rtol=TOLERANCE[torch.float32], atol=1e-6)


def test_packing_does_not_show():
    names = ("relu", "tanh", "softmax", "prelu", "rrelu", "mish")
    trials = [
        make_trial("multiclass", name, lr=lr, seed=seed, model=MODEL, epochs=2, phase="final", batch_size=50)
        for seed, (name, lr) in enumerate([*((name, 1e-2) for name in names), ("relu", 1e4)])
    ]
    assert_packing_does_not_show(trials, dataset_for(MODEL))


def test_a_longer_row_shares_its_stack_with_fewer():
    long, short = (largest_stack(make_trial(model=RecurrentSpec((2, steps))), 2 * steps, 1) for steps in (100, 10))
    assert 2 <= long < short < largest_stack(make_trial(model=ModelSpec((32,))), 20, 1)
