"""The battery, part four: every function gives a trial the same bits alone and in any stack."""

import pytest

from actloss_cli.catalogue import KINDS
from actloss_cli.engine.train import StackedTraining
from tests.battery.cases import ACTIVATION_CASES, HIDDEN_CASES, LOSS_HEADS, OUTPUT_HEADS, STACKED_OPTIMIZER_CASES
from tests.engine.builders import make_dataset, make_trial
from tests.engine.test_packing import assert_same_bits

DATASETS = {kind: make_dataset(kind, n_rows=170) for kind in KINDS}
ODD = {"hidden": (7, 9), "batch_size": 25, "epochs": 2, "phase": "final"}
"""Sizes that fill no vector register."""


def run(trials, dataset):
    trials = sorted(trials, key=lambda trial: trial.pairing.activation.label)
    return dict(zip([t.id for t in trials], StackedTraining(trials, dataset).run(), strict=True))


def assert_packing_does_not_show(kind, trials):
    whole = run(trials, DATASETS[kind])
    for part in (trials[:1], trials[1:]):
        for trial_id, outcome in run(part, DATASETS[kind]).items():
            assert_same_bits(outcome, whole[trial_id])


def test_all_activations_in_one_stack_train_as_each_alone():
    trials = [make_trial("binary", case.choice, **ODD) for case in HIDDEN_CASES]
    whole = run(trials, DATASETS["binary"])
    for trial in trials:
        assert_same_bits(run([trial], DATASETS["binary"])[trial.id], whole[trial.id])
    assert len(whole) > len(ACTIVATION_CASES) / 2


@pytest.mark.parametrize(("kind", "case", "loss"), OUTPUT_HEADS, ids=str)
def test_packing_does_not_show_under_any_output(kind, case, loss):
    assert_heads(kind, case.choice, loss)


@pytest.mark.parametrize(("kind", "output", "case"), LOSS_HEADS, ids=lambda v: getattr(v, "label", str(v)))
def test_packing_does_not_show_under_any_loss(kind, output, case):
    assert_heads(kind, output, case.choice)


def assert_heads(kind, output, loss):
    rates = (1e-2, 1.0, 1e3)
    trials = [make_trial(kind, "tanh", output, loss, lr=lr, seed=seed % 2, **ODD) for seed, lr in enumerate(rates)]
    assert_packing_does_not_show(kind, trials)


@pytest.mark.parametrize("case", STACKED_OPTIMIZER_CASES, ids=str)
def test_packing_does_not_show_under_any_optimizer(case):
    drawn = [("prelu", 1e-2, 0), ("relu", 1.0, 1), ("tanh", 1e-1, 0), ("prelu", 1e-1, 2), ("rrelu", 1e-2, 1)]
    trials = [make_trial("binary", a, optimizer=case.choice, lr=lr, seed=seed, **ODD) for a, lr, seed in drawn]
    assert_packing_does_not_show("binary", trials)
