"""Packing never shows: a trial gives the same bits alone, in any stack, among any neighbours, on any threads."""

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actloss_cli.catalogue import ACTIVATIONS, OPTIMIZERS
from actloss_cli.engine.train import StackedTraining
from actloss_cli.plan.trial import ModelSpec
from tests.engine.builders import make_dataset, make_trial

HIDDEN = [spec.name for spec in ACTIVATIONS if spec.hidden]
STACKED = [spec.name for spec in OPTIMIZERS if spec.stackable]
HEADS = [
    ("regression", "identity", "mse"),
    ("regression", "sigmoid", "huber"),
    ("binary", "sigmoid", "bce"),
    ("binary", "tanh", "hinge"),
    ("binary", "softmax", "mse"),
    ("multiclass", "softmax", "cross_entropy"),
    ("multiclass", "log_softmax", "nll"),
    ("multiclass", "softmax", "categorical_cross_entropy"),
]
MODELS = [ModelSpec(hidden) for hidden in ((), (5,), (16, 16), (7, 3, 9))]
DATASETS = {kind: make_dataset(kind, n_rows=170) for kind in ("regression", "binary", "multiclass")}


def sorted_for_stack(trials):
    return sorted(trials, key=lambda trial: trial.pairing.activation.label)


def run(trials, dataset):
    return dict(zip([t.id for t in trials], StackedTraining(trials, dataset).run(), strict=True))


def assert_same_bits(one, other):
    assert one.status == other.status
    assert one.diverged_epoch == other.diverged_epoch
    assert one.metrics == other.metrics
    for name, curve in one.curves.items():
        np.testing.assert_array_equal(curve, other.curves[name])
    np.testing.assert_array_equal(one.diagnostics, other.diagnostics)
    if one.row_scores is not None:
        np.testing.assert_array_equal(one.row_scores, other.row_scores)


@st.composite
def stacks(draw, models, most):
    """A head, a model, a batch size, and 2 to `most` trials that differ in activation, learning rate and seed."""
    kind, output, loss = draw(st.sampled_from(HEADS))
    shared = {
        "output": output,
        "loss": loss,
        "optimizer": draw(st.sampled_from(STACKED)),
        "phase": draw(st.sampled_from(["tune", "final"])),
        "model": draw(st.sampled_from(models)),
        "batch_size": draw(st.sampled_from([5, 32, 50, 64, 1000])),
        "epochs": 2,
    }
    one = st.tuples(st.sampled_from(HIDDEN), st.sampled_from([1e-3, 1e-2, 1.0, 1e4]), st.integers(0, 3))
    drawn = draw(st.lists(one, min_size=2, max_size=most, unique=True))
    return kind, [make_trial(kind, activation, lr=lr, seed=seed, **shared) for activation, lr, seed in drawn]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stacks(MODELS, most=9), st.data())
def test_a_trial_gives_the_same_bits_alone_and_in_any_stack(stack, data):
    kind, trials = stack
    whole = run(sorted_for_stack(trials), DATASETS[kind])
    chosen = data.draw(st.sampled_from(trials))
    assert_same_bits(run([chosen], DATASETS[kind])[chosen.id], whole[chosen.id])
    some = data.draw(st.lists(st.sampled_from(trials), min_size=1, unique=True))
    for trial_id, outcome in run(sorted_for_stack(some), DATASETS[kind]).items():
        assert_same_bits(outcome, whole[trial_id])


@pytest.mark.parametrize("head", HEADS, ids=str)
def test_the_number_of_threads_does_not_show(head):
    kind, output, loss = head
    trials = sorted_for_stack(
        [make_trial(kind, activation, output, loss, seed=seed) for activation in HIDDEN for seed in range(2)]
    )
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = run(trials, DATASETS[kind])
        torch.set_num_threads(2)
        two = run(trials, DATASETS[kind])
    finally:
        torch.set_num_threads(threads)
    for trial_id, outcome in one.items():
        assert_same_bits(outcome, two[trial_id])
