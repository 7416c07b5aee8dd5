"""Which trials a pairing asks for: tune, one more rate at an edge, finals at the chosen rate; nothing twice."""

from dataclasses import replace

import numpy as np
import pytest

from actloss_cli.catalogue import Choice
from actloss_cli.plan.learning_rates import base_grid
from actloss_cli.plan.protocol import ask
from actloss_cli.plan.trial import LrRule, Pairing, SeedCounts
from tests.engine.builders import make_trial

TASK = replace(make_trial("binary").task, lr=LrRule(points=3, low=0.01, high=1.0), seeds=SeedCounts(2, 4))
PAIRING = make_trial("binary").pairing
FLOOR = 0.5


def carry_out(score_of_lr, task=TASK):
    """Trains by a rule instead of a model; gives the asked-for trials after each round."""
    seen, rounds = {}, []
    while True:
        asked = ask(task, PAIRING, FLOOR, seen)
        rounds.append(asked)
        if not asked.missing:
            return rounds
        for trial in asked.missing:
            assert trial.id not in seen
            score = score_of_lr(trial.lr)
            seen[trial.id] = np.linspace(FLOOR, score, 3, dtype=np.float32)


def rates(asked, phase):
    return sorted({trial.lr for trial in asked.trials if trial.phase == phase})


def test_a_winner_inside_the_grid_goes_straight_to_its_finals():
    rounds = carry_out(lambda lr: 0.9 if lr == 0.1 else 0.6)
    assert [len(asked.missing) for asked in rounds] == [6, 4, 0]
    assert rates(rounds[-1], "tune") == [0.01, 0.1, 1.0]
    assert rates(rounds[-1], "final") == [0.1]
    assert [asked.later for asked in rounds] == [4, 0, 0]


def test_a_winner_at_the_edge_extends_the_grid_by_at_most_two_points():
    rounds = carry_out(lambda lr: 0.9 - 0.05 * abs(np.log10(lr) - 5))
    assert [len(asked.missing) for asked in rounds] == [6, 2, 2, 4, 0]
    assert rates(rounds[-1], "tune") == [0.01, 0.1, 1.0, 10.0, 100.0]
    assert rates(rounds[-1], "final") == [100.0]


def test_an_extension_that_does_not_win_ends_the_search():
    rounds = carry_out(lambda lr: {1.0: 0.9, 10.0: 0.5}.get(lr, 0.6))
    assert rates(rounds[-1], "tune") == [0.01, 0.1, 1.0, 10.0]
    assert rates(rounds[-1], "final") == [1.0]


def test_the_low_side_extends_too():
    rounds = carry_out(lambda lr: 0.9 if lr == 0.001 else 0.8 if lr == 0.01 else 0.5)
    assert rates(rounds[-1], "final") == [0.001]


def test_a_pairing_that_learns_nothing_anywhere_asks_for_no_more_rates():
    rounds = carry_out(lambda lr: 0.5)
    assert rates(rounds[-1], "tune") == [0.01, 0.1, 1.0]
    assert rates(rounds[-1], "final") == [0.1]


def test_rates_given_one_by_one_are_not_extended():
    task = replace(TASK, lr=LrRule(values=(0.01, 0.1, 1.0)))
    rounds = carry_out(lambda lr: lr, task)
    assert rates(rounds[-1], "tune") == [0.01, 0.1, 1.0]


def test_more_seeds_keep_every_trial_that_is_there():
    before = {trial.id for asked in carry_out(lambda lr: 0.9 if lr == 0.1 else 0.6) for trial in asked.trials}
    more = replace(TASK, seeds=SeedCounts(3, 6))
    after = {trial.id for asked in carry_out(lambda lr: 0.9 if lr == 0.1 else 0.6, more) for trial in asked.trials}
    assert before < after


def test_another_set_of_seeds_asks_for_as_many_trials_and_shares_none():
    first = carry_out(lambda lr: lr)[-1].trials
    second = carry_out(lambda lr: lr, replace(TASK, seeds=replace(TASK.seeds, set=1)))[-1].trials
    assert [(trial.phase, trial.lr) for trial in second] == [(trial.phase, trial.lr) for trial in first]
    assert not {trial.seed for trial in first} & {trial.seed for trial in second}
    assert not {trial.id for trial in first} & {trial.id for trial in second}


@pytest.mark.parametrize(
    ("rule", "optimizer", "expected"),
    [
        (LrRule(points=5), "sgd", (1e-3, 1e-2, 0.1, 1.0, 10.0)),
        (LrRule(points=3, low=1e-4, high=1e-2), "adam", (1e-4, 1e-3, 1e-2)),
        (LrRule(values=(0.3, 0.1)), "adam", (0.1, 0.3)),
        (LrRule(points=4), "sgd", (0.001, 0.0215443, 0.464159, 10.0)),
    ],
)
def test_the_grid_of_learning_rates(rule, optimizer, expected):
    assert base_grid(rule, Choice.of(optimizer)) == expected


def test_an_id_follows_what_decides_the_numbers_and_nothing_else():
    trial = make_trial("binary")
    relabelled = replace(trial, task=replace(trial.task, label="other", seeds=SeedCounts(9, 9), lr=LrRule(points=7)))
    named = replace(trial, pairing=replace(PAIRING, optimizer=Choice("adam", (), "my adam")))
    assert relabelled.id == named.id == trial.id
    different = [
        replace(trial, lr=0.02),
        replace(trial, seed=1),
        replace(trial, phase="final"),
        replace(trial, task=replace(trial.task, fingerprint="other data")),
        replace(trial, pairing=Pairing(Choice.of("elu", {"alpha": 0.5}), *list(vars(PAIRING).values())[1:])),
        make_trial("binary", epochs=4),
        make_trial("binary", hidden=(16,)),
    ]
    assert len({trial.id, *(other.id for other in different)}) == len(different) + 1
