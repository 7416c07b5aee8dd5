"""Convolutions are torch's, start as torch's, and train as in the plain loop, whatever trains beside them."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from actloss_cli.catalogue import OPTIMIZERS, Choice
from actloss_cli.engine.convolution import Convolution
from actloss_cli.engine.plain import PlainTraining
from actloss_cli.plan.shaped_models import ConvolutionSpec
from actloss_cli.plan.stacks import choose_way, largest_stack
from actloss_cli.plan.trial import ModelSpec
from actloss_cli.seeding import derive_seed
from tests.engine.builders import make_dataset, make_trial
from tests.engine.shaped import CASES, TOLERANCE, assert_as_in_the_plain_loop, assert_packing_does_not_show

MODELS = [
    ConvolutionSpec("conv1d", (2, 12), channels=(4, 6), kernel=3, stride=2),
    ConvolutionSpec("conv2d", (1, 5, 5), channels=(4, 3), kernel=2, stride=1),
]
SETTINGS = [((3, 11), 4, 2), ((1, 9), 1, 1), ((2, 9, 8), 3, 2), ((3, 6, 6), 2, 1)]
KINDS = ("regression", "binary", "multiclass")
every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.kind)
every_precision = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])


def dataset_for(model, kind="multiclass"):
    return make_dataset(kind, n_rows=200, n_features=int(np.prod(model.shape)))


@pytest.mark.parametrize(("shape", "kernel", "stride"), SETTINGS, ids=str)
@every_precision
def test_a_convolution_and_its_gradients_are_torchs(shape, kernel, stride, dtype):
    torch.manual_seed(0)
    T, n_out, B = 3, 5, 32
    convolve = F.conv1d if len(shape) == 2 else F.conv2d
    weight = torch.randn(T, n_out, shape[0], *[kernel] * (len(shape) - 1), dtype=dtype)
    bias, x = torch.randn(T, n_out, dtype=dtype), torch.randn(T, int(np.prod(shape)), B, dtype=dtype)
    values = weight.flatten(2).contiguous(), bias[:, :, None].contiguous()
    grads = torch.empty_like(values[0]), torch.empty_like(values[1])
    layer = Convolution(values, grads, shape, kernel, stride, B, None)
    z = layer.forward(x)
    above = torch.randn_like(z)
    below = layer.backward(above)
    for t in range(T):
        leaves = [leaf.clone().requires_grad_() for leaf in (x[t].T.reshape(B, *shape), weight[t], bias[t])]
        expected = convolve(*leaves, stride)
        gradients = torch.autograd.grad(expected, leaves, above[t].T.reshape(expected.shape))
        pairs = [
            (z[t].T, expected),
            (below[t].T, gradients[0]),
            (grads[0][t], gradients[1]),
            (grads[1][t], gradients[2]),
        ]
        for found, other in pairs:
            torch.testing.assert_close(found.reshape(other.shape), other, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


@pytest.mark.parametrize(("shape", "kernel", "stride"), SETTINGS, ids=str)
def test_sizes_are_those_that_torchs_layers_give(shape, kernel, stride):
    spec = ConvolutionSpec("conv1d" if len(shape) == 2 else "conv2d", shape, (4,), kernel, stride)
    layer = (nn.Conv1d if len(shape) == 2 else nn.Conv2d)(shape[0], 4, kernel, stride)
    assert layer(torch.zeros(1, *shape)).shape[1:] == spec.shapes[1]
    assert layer.weight.shape == spec.filters[0]


@every_model
def test_filters_start_as_torchs_layers_do(model):
    trial = make_trial("multiclass", seed=3, model=model)
    plain = PlainTraining(trial, dataset_for(model)).model
    made = nn.Conv1d if model.kind == "conv1d" else nn.Conv2d
    for layer, filters in enumerate(model.filters):
        torch.manual_seed(derive_seed("tune", 3, "weights", layer))
        own = made(filters[1], filters[0], model.kernel)
        torch.testing.assert_close(plain.weighted[layer].weight, own.weight, rtol=0, atol=0)
        torch.testing.assert_close(plain.weighted[layer].bias, own.bias, rtol=0, atol=0)


@every_model
@pytest.mark.parametrize(("activation", "dtype"), CASES, ids=str)
def test_convolutions_train_as_in_the_plain_loop(model, activation, dtype):
    shared = {"model": model, "epochs": 13, "phase": "final", "lr": 3e-3}
    neighbours = [make_trial("multiclass", other, seed=1, **shared) for other in ("relu", "silu")]
    trial = make_trial("multiclass", activation, **shared)
    assert_as_in_the_plain_loop(trial, dataset_for(model), dtype, neighbours)


@every_model
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("batch_size", [7, 1000])
def test_every_kind_and_size_of_minibatch_trains_as_in_the_plain_loop(model, kind, batch_size):
    optimizer = Choice.of("sgd", {"momentum": 0.9, "clip": "norm", "clip_at": 0.1, "schedule": "cosine"})
    trial = make_trial(kind, "elu", optimizer=optimizer, model=model, batch_size=batch_size, phase="final")
    assert_as_in_the_plain_loop(trial, dataset_for(model, kind), torch.float64)


@every_model
def test_packing_does_not_show(model):
    names = ("relu", "tanh", "softmax", "prelu", "rrelu", "mish")
    trials = [
        make_trial("multiclass", name, lr=lr, seed=seed, model=model, epochs=2, phase="final", batch_size=50)
        for seed, (name, lr) in enumerate([*((name, 1e-2) for name in names), ("relu", 1e4)])
    ]
    assert_packing_does_not_show(trials, dataset_for(model))


@every_model
def test_what_sees_matrices_trains_filters_one_by_one(model):
    ways = {spec.name: choose_way(make_trial(optimizer=spec.name, model=model)) for spec in OPTIMIZERS}
    assert {name for name, way in ways.items() if way == "loop"} == {"adafactor", "lbfgs", "muon"}


def test_a_larger_model_shares_its_stack_with_fewer():
    small = largest_stack(make_trial(model=ModelSpec((16,))), 784, 10)
    image = ConvolutionSpec("conv2d", (1, 28, 28), channels=(16, 16), stride=1)
    assert 2 <= largest_stack(make_trial(model=image), 784, 10) < small
