"""Stacks hold what may train together, sorted by activation, no larger than the cache allows; every trial once."""

import pytest

from actloss_cli.plan.stacks import LARGEST_STACK, choose_way, largest_stack, stack_trials
from tests.engine.builders import make_trial, with_lr


def trials(n_seeds=20):
    return [
        make_trial("binary", activation, loss=loss, optimizer=optimizer, lr=lr, phase=phase, seed=seed)
        for seed in range(n_seeds)
        for activation in ("tanh", "relu", "silu")
        for loss in ("bce", "mse")
        for optimizer in ("adam", "sgd")
        for phase in ("tune", "final")
        for lr in (0.1, 0.01, 0.001, 1.0, 10.0)
    ]


def test_every_trial_is_in_one_stack():
    asked = trials()
    stacked = [trial for stack in stack_trials(asked, 5, 1) for trial in stack.trials]
    assert len(stacked) == len(asked)
    assert set(stacked) == set(asked)


def test_a_stack_shares_all_but_activation_rate_and_seed_and_is_sorted():
    stacks = stack_trials(trials(), 5, 1)
    assert len(stacks) == 8 * -(-300 // LARGEST_STACK)
    for stack in stacks:
        shared = {(t.phase, t.pairing.output, t.pairing.loss, t.pairing.optimizer) for t in stack.trials}
        assert len(shared) == 1
        labels = [t.pairing.activation.label for t in stack.trials]
        assert labels == sorted(labels)
        assert 2 <= len(labels) <= LARGEST_STACK


@pytest.mark.parametrize(("hidden", "limit"), [((32, 32), LARGEST_STACK), ((128, 128), 34), ((512,) * 7, 2)])
def test_wide_models_share_a_stack_with_fewer(hidden, limit):
    assert largest_stack(make_trial("binary", hidden=hidden), 20, 4) == limit


def test_what_the_loop_trains_goes_one_by_one():
    """A stop waits for what is being trained, and a worker that dies loses it."""
    alike = [make_trial("binary", optimizer="lbfgs", seed=seed) for seed in range(5)]
    assert [len(stack.trials) for stack in stack_trials(alike, 20, 4)] == [1] * 5


@pytest.mark.parametrize(
    ("hidden", "optimizer", "way"),
    [((32, 32), "adam", "stack"), ((4096, 4096), "adam", "stack"), ((32, 32), "lbfgs", "loop"), ((8,), "muon", "loop")],
)
def test_the_way_of_training_follows_the_optimizer(hidden, optimizer, way):
    trial = make_trial("binary", optimizer=optimizer, hidden=hidden)
    assert choose_way(trial) == way
    assert {stack.way for stack in stack_trials([trial, with_lr(trial, 0.5)], 20, 4)} == {way}
