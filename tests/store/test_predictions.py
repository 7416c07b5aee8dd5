"""Predictions are frozen before the first trial, once and for all; a digest in the provenance attests to them."""

import hashlib
import json
import shutil
import sqlite3
from dataclasses import replace

import pytest

from actloss_cli.config.expansion import expand
from actloss_cli.config.load import load_config
from actloss_cli.plan import foretold
from actloss_cli.plan.plan import make_plan
from actloss_cli.store.reader import read_run
from actloss_cli.store.writer import StoreWriter
from actloss_cli.theory.predict import Prediction
from tests.edited_store import edit

EARLY, LATE = "2026-01-01T00:00:00+00:00", "2026-01-02T00:00:00+00:00"
SMALL = ["activation=[relu]", "optimizer=[sgd]"]
MORE = ["activation=[relu, tanh]", "optimizer=[sgd]"]
OTHER_MODEL = [*SMALL, "model.hidden=[4]"]
REVISED = Prediction("impaired", "revised", "what a later version of the rules says")


def freeze(folder, changes, now):
    plan = make_plan(expand(load_config("smoke", changes)))
    with StoreWriter(folder) as store:
        record = store.draft_plan(plan, now)
        store.put_in_force()
    return record


def predictions(folder):
    return {id_: theory.prediction for id_, theory in read_run(folder).pairings["theory"].items()}


@pytest.fixture
def revised(monkeypatch):
    """The rules as they are in a later version, which predicts something else of every pairing."""
    return lambda: monkeypatch.setattr(foretold, "predict", lambda known: REVISED)


def test_a_later_plan_freezes_what_is_new_and_rewrites_nothing(tmp_path, revised):
    first = freeze(tmp_path, SMALL, EARLY)
    before = predictions(tmp_path)
    revised()
    second = freeze(tmp_path, MORE, LATE)
    after = predictions(tmp_path)
    assert (first.n, first.n_new, first.frozen) == (len(before), len(before), EARLY)
    assert (second.n, second.n_new, second.frozen) == (len(after), len(after) - len(before), LATE)
    assert {id_: after[id_] for id_ in before} == before
    assert {after[id_] for id_ in after.keys() - before.keys()} == {REVISED}


def test_what_was_left_out_for_a_while_comes_back_as_it_was_frozen(tmp_path, revised):
    first = freeze(tmp_path, MORE, EARLY)
    before = predictions(tmp_path)
    revised()
    freeze(tmp_path, SMALL, LATE)
    again = freeze(tmp_path, MORE, LATE)
    assert predictions(tmp_path) == before
    assert again == replace(first, n_new=0)


def test_another_model_is_predicted_anew_under_the_same_names(tmp_path, revised):
    freeze(tmp_path, SMALL, EARLY)
    revised()
    record = freeze(tmp_path, OTHER_MODEL, LATE)
    assert record.n_new == record.n
    assert set(predictions(tmp_path).values()) == {REVISED}


def test_a_plan_that_never_came_into_force_freezes_nothing(tmp_path):
    plan = make_plan(expand(load_config("smoke", SMALL)))
    with StoreWriter(tmp_path) as store:
        store.draft_plan(plan, EARLY)
    with sqlite3.connect(tmp_path / "results.sqlite") as db:
        assert db.execute("SELECT count(*) FROM predictions").fetchone() == (0,)


def test_the_digest_is_that_of_the_predictions_as_json_lines(tmp_path):
    record = freeze(tmp_path, SMALL, EARLY)
    lines = (
        json.dumps([id_, one.verdict, one.rule, one.reason, EARLY]) + "\n"
        for id_, one in sorted(predictions(tmp_path).items())
    )
    assert record.sha256 == hashlib.sha256("".join(lines).encode()).hexdigest()


def test_a_run_writes_the_digest_into_its_provenance(tiny_run):
    (session, *_) = json.loads((tiny_run / "provenance.json").read_text())
    run = read_run(tiny_run)
    assert session["predictions"] == {
        "n": len(run.pairings),
        "n_new": len(run.pairings),
        "frozen": session["started"],
        "sha256": run.predictions.sha256,
    }
    assert run.is_attested


@pytest.mark.parametrize(
    "spoil", ["UPDATE predictions SET verdict = 'works'", "UPDATE predictions SET frozen = '2020-01-01T00:00:00+00:00'"]
)
def test_what_was_changed_afterwards_is_not_attested(tiny_run, tmp_path, spoil):
    folder = shutil.copytree(tiny_run, tmp_path / "tiny")
    edit(folder / "results.sqlite", spoil)
    assert not read_run(folder).is_attested


def test_provenance_that_is_damaged_attests_to_nothing(tiny_run, tmp_path):
    folder = shutil.copytree(tiny_run, tmp_path / "tiny")
    (folder / "provenance.json").write_text("[{")
    assert not read_run(folder).is_attested
