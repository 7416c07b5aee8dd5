"""What is said of a script's score: equal, a matter of rounding, or neither, which is an error."""

import math
from dataclasses import replace

import pytest
import torch

from actloss_cli.datasets import DatasetRef, load
from actloss_cli.script.explanation import explain_reproduction
from actloss_cli.script.reproduction import Ending, Reproduction, reproduce
from actloss_cli.store.one_trial import StoredTrial
from tests.engine.builders import make_trial

HERE = f"With torch {torch.__version__.partition('+')[0]} this"
DIVERGED = Ending(math.nan, 3)


def test_endings_are_alike_within_the_tolerance_or_by_their_epoch():
    assert Ending(0.5, None).is_like(Ending(0.500009, None))
    assert not Ending(0.5, None).is_like(Ending(0.50002, None))
    assert DIVERGED.is_like(Ending(0.7, 3))
    assert not DIVERGED.is_like(Ending(math.nan, 4))
    assert not DIVERGED.is_like(Ending(0.5, None))


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (Reproduction(Ending(0.5, None), Ending(0.5, None)), "comes out within 1e-05."),
        (Reproduction(DIVERGED, DIVERGED), "comes out."),
        (
            Reproduction(Ending(0.5, None), Ending(0.6, None), (Ending(0.55, None), Ending(0.7, None), DIVERGED)),
            "gives 0.6000000 instead: this training hangs on how single numbers are rounded, as it may where the "
            "learning rate is too large or the outputs saturate. No two programs agree on where it ends unless they "
            "calculate in the same order. From initial weights changed by 1e-07 of themselves, and in double "
            "precision, it gives 0.5500 to 0.7000 or divergence in epoch 3.",
        ),
        (
            Reproduction(Ending(0.5, None), DIVERGED, (DIVERGED, DIVERGED)),
            "diverged in epoch 3 instead, and other rounding makes no difference: the results are of another machine "
            "or version of torch, or there is an error in actloss.",
        ),
    ],
    ids=["equal", "both diverge", "rounding", "wrong"],
)
def test_each_case_has_its_words(found, text):
    assert explain_reproduction(found) == f"{HERE} {text}"


def stored(lr, score, optimizer="sgd"):
    ref = DatasetRef("iris")
    trial = make_trial("multiclass", "tanh", optimizer=optimizer, lr=lr, phase="final", epochs=20)
    task = replace(trial.task, dataset=ref, fingerprint=load(ref, "multiclass").fingerprint)
    return StoredTrial(replace(trial, task=task), "done", None, score, "")


def test_a_wrong_score_of_a_calm_training_is_not_put_down_to_rounding():
    found = reproduce(stored(0.01, 0.123), load(DatasetRef("iris"), "multiclass"))
    assert not found.holds
    assert not found.hangs_on_rounding
    assert len({ending.score for ending in found.rounded_otherwise}) == 1


def test_a_score_that_the_plain_loop_gives_is_trained_for_but_once():
    wrong = reproduce(stored(0.01, 0.123), load(DatasetRef("iris"), "multiclass"))
    found = reproduce(stored(0.01, wrong.plain.score), load(DatasetRef("iris"), "multiclass"))
    assert found.holds
    assert found.rounded_otherwise == ()
