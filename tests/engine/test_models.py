"""Normalised and residual MLPs train, evaluate and are diagnosed as in the plain loop, whatever trains beside them."""

from dataclasses import replace

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from actloss_cli.catalogue import Choice
from actloss_cli.engine.normalisation import BatchNorm, LayerNorm
from actloss_cli.engine.plain import PlainTraining
from actloss_cli.engine.plain_mlp import BatchNorm as PlainBatchNorm
from actloss_cli.engine.train import StackedTraining
from actloss_cli.plan.trial import ModelSpec
from tests.engine.builders import make_dataset, make_trial
from tests.engine.shaped import assert_as_in_the_plain_loop
from tests.engine.test_packing import HIDDEN, assert_same_bits, run, sorted_for_stack, stacks

MODELS = [
    ModelSpec((16, 9), norm="batch"),
    ModelSpec((16, 9), norm="layer"),
    ModelSpec((12, 12, 12), kind="residual"),
    ModelSpec((12, 12, 12), kind="residual", norm="batch"),
    ModelSpec((12, 12, 12), kind="residual", norm="layer"),
]
DATASETS = {kind: make_dataset(kind) for kind in ("regression", "binary", "multiclass")}
EPOCHS, BATCH = 10, 32
"""50 steps on 135 rows, the last of each epoch on 7 of them."""


def label(model):
    return f"{model.kind}-{model.norm}"


every_model = pytest.mark.parametrize("model", MODELS, ids=label)
both_precisions = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])


@every_model
@both_precisions
@pytest.mark.parametrize("activation", ["prelu", "tanh"])
def test_every_model_trains_as_in_the_plain_loop(model, activation, dtype):
    shared = {"model": model, "epochs": EPOCHS, "batch_size": BATCH, "phase": "final"}
    neighbours = [make_trial("multiclass", other, lr=0.1, seed=1, **shared) for other in ("relu", "rrelu", "softmax")]
    trial = make_trial("multiclass", activation, **shared)
    assert_as_in_the_plain_loop(trial, DATASETS["multiclass"], dtype, neighbours)


@every_model
@pytest.mark.parametrize("batch_size", [7, 1000])
def test_minibatches_of_any_size_train_as_in_the_plain_loop(model, batch_size):
    trial = make_trial("regression", "silu", lr=1e-3, model=model, batch_size=batch_size, phase="final")
    assert_as_in_the_plain_loop(trial, DATASETS[trial.task.kind], torch.float64)


@pytest.mark.parametrize("model", MODELS[::3], ids=label)
@pytest.mark.parametrize(
    "optimizer",
    [
        Choice.of("sgd", {"momentum": 0.9, "clip": "norm", "clip_at": 0.1, "schedule": "cosine"}),
        Choice.of("adamw", {"weight_decay": 0.1, "schedule": "warmup"}),
        Choice.of("adafactor"),
    ],
    ids=lambda choice: choice.name,
)
def test_optimizers_clip_and_schedule_all_parameters_as_in_the_plain_loop(model, optimizer):
    loss = Choice.of("bce", {"class_weight": "balanced"})
    trial = make_trial("binary", "elu", "sigmoid", loss, optimizer, model=model, phase="final", epochs=4)
    assert_as_in_the_plain_loop(trial, DATASETS[trial.task.kind], torch.float64)


@pytest.mark.parametrize("model", [m for m in MODELS if m.norm == "batch"], ids=label)
def test_a_minibatch_of_one_row_trains_as_in_the_plain_loop(model):
    trial = make_trial("binary", "tanh", model=model, batch_size=134, phase="final")
    assert StackedTraining([trial], DATASETS["binary"]).feed.n_train == 135
    assert_as_in_the_plain_loop(trial, DATASETS[trial.task.kind], torch.float64)


def test_one_row_is_normalised_by_the_running_statistics_and_leaves_them():
    norm, reference = PlainBatchNorm(5), nn.BatchNorm1d(5)
    rows = torch.randn(8, 5, generator=torch.Generator().manual_seed(1))
    for module in (norm, reference):
        module(rows)
    torch.testing.assert_close(norm(rows[:1]), reference.eval()(rows[:1]))
    assert norm.training
    torch.testing.assert_close(norm.state_dict(), reference.state_dict())


def stacked_norm(way, n_trials, n_units, n_columns):
    """With its parameters and their gradients, drawn apart for each trial."""
    generator = torch.Generator().manual_seed(5)
    values = tuple(torch.randn(n_trials, n_units, 1, generator=generator, dtype=torch.float64) for _ in range(2))
    grads = tuple(torch.full_like(value, torch.nan) for value in values)
    return way(values, grads, n_columns), values, grads


@pytest.mark.parametrize(("way", "torch_way"), [(BatchNorm, nn.BatchNorm1d), (LayerNorm, nn.LayerNorm)])
@pytest.mark.parametrize("n", [32, 20, 2])
def test_a_normalisation_is_torchs_on_the_real_rows_forward_and_backward(way, torch_way, n):
    T, H, B = 3, 6, 32
    layer, values, grads = stacked_norm(way, T, H, B)
    generator = torch.Generator().manual_seed(3)
    references = [torch_way(H, dtype=torch.float64) for _ in range(T)]
    for t, reference in enumerate(references):
        reference.load_state_dict(reference.state_dict() | {"weight": values[0][t, :, 0], "bias": values[1][t, :, 0]})
    layer.n_trained = n
    for _ in range(3):  # running statistics build up
        x = torch.randn(T, H, B, generator=generator, dtype=torch.float64) * 3 + 1
        x[:, :, n:] = x[:, :, :1]
        above = torch.randn(T, H, B, generator=generator, dtype=torch.float64)
        above[:, :, n:] = 0
        y, below = layer.forward(x).clone(), layer.backward(above.clone())
        for t, reference in enumerate(references):
            rows = x[t, :, :n].T.clone().requires_grad_()
            expected = reference(rows)
            of_rows, of_scale, of_shift = torch.autograd.grad(
                expected, [rows, reference.weight, reference.bias], above[t, :, :n].T
            )
            torch.testing.assert_close(y[t, :, :n].T, expected)
            torch.testing.assert_close(below[t, :, :n].T, of_rows)
            torch.testing.assert_close(grads[0][t, :, 0], of_scale)
            torch.testing.assert_close(grads[1][t, :, 0], of_shift)
        assert (below[:, :, n:] == 0).all()
    layer.n_trained = None
    y = layer.forward(x)
    for t, reference in enumerate(references):
        torch.testing.assert_close(y[t].T, reference.eval()(x[t].T))


def test_before_batch_normalisation_linear_layers_have_no_bias_and_elsewhere_they_do():
    for model in MODELS:
        plain = PlainTraining(make_trial("binary", model=model), DATASETS["binary"]).model
        *hidden, head = [linear.bias is not None for linear in plain.weighted]
        assert head
        assert set(hidden) == {model.norm != "batch"}


def test_a_residual_model_adds_each_layer_but_the_first_to_what_it_was_given():
    trial = make_trial("regression", "relu", model=ModelSpec((7, 7), kind="residual"))
    model = PlainTraining(trial, DATASETS["regression"]).model
    first, second, head = model.weighted
    x = torch.randn(4, 5, generator=torch.Generator().manual_seed(2))
    h = first(x).relu()
    h = h + second(h).relu()  # as in the MLP of Greydanus (2020)
    torch.testing.assert_close(model(x), head(h))


def test_all_start_from_the_weights_of_the_plain_mlp():
    plain = PlainTraining(make_trial("binary", hidden=(12, 12, 12)), DATASETS["binary"]).model
    for model in MODELS[2:]:
        other = PlainTraining(make_trial("binary", model=model), DATASETS["binary"]).model
        for one, same in zip(other.weighted, plain.weighted, strict=True):
            torch.testing.assert_close(one.weight, same.weight, rtol=0, atol=0)


def test_what_a_diverged_trial_left_behind_is_cleared():
    trials = [make_trial("binary", "relu", optimizer="sgd", lr=lr, model=MODELS[3]) for lr in (1e-2, 1e25)]
    training = StackedTraining(trials, DATASETS["binary"])
    outcomes = training.run()
    assert [outcome.status for outcome in outcomes] == ["done", "diverged"]
    assert all(F.relu(parameter).sum() == 0 == parameter.sum() for parameter in training.model.parameters_of(1))
    for norm in training.model.chain:
        if isinstance(norm, BatchNorm):
            assert norm.mean.isfinite().all()
            assert norm.variance.isfinite().all()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stacks(MODELS, most=7), st.data())
def test_a_trial_gives_the_same_bits_alone_and_in_any_stack(stack, data):
    kind, trials = stack
    whole = run(sorted_for_stack(trials), DATASETS[kind])
    some = data.draw(st.lists(st.sampled_from(trials), min_size=1, unique=True))
    for trial_id, outcome in run(sorted_for_stack(some), DATASETS[kind]).items():
        assert_same_bits(outcome, whole[trial_id])


@every_model
def test_the_number_of_threads_does_not_show(model):
    wide = replace(model, hidden=(64,) * len(model.hidden))  # enough numbers for torch to share them out
    trials = sorted_for_stack(
        [
            make_trial("multiclass", a, seed=s, model=wide, batch_size=50, epochs=1)
            for a in HIDDEN[::4]
            for s in range(2)
        ]
    )
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = run(trials, DATASETS["multiclass"])
        torch.set_num_threads(2)
        two = run(trials, DATASETS["multiclass"])
    finally:
        torch.set_num_threads(threads)
    for trial_id, outcome in one.items():
        assert_same_bits(outcome, two[trial_id])
