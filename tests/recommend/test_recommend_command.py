"""`actloss recommend` as a user meets it, on a table of seconds: the answer, its code, its results, going on."""

import json
import os
import shutil
import signal
import sqlite3
from contextlib import closing

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import r2_score
from typer.testing import CliRunner

from actloss_cli.cli.app import app
from actloss_cli.config.expansion import expand
from actloss_cli.config.load import load_config
from actloss_cli.errors import UserError
from actloss_cli.store.schema import DATABASE
from actloss_cli.store.writer import StoreWriter

pytestmark = pytest.mark.long

EPOCHS = 27
ASKED = ("recommend", "wave.csv", "--target", "y", "--epochs", str(EPOCHS), "--budget", "6%", "--workers", "1")


def wave():
    """Of a bend that no straight line follows, and a column that says nothing."""
    random = np.random.default_rng(0)
    x, idle = random.uniform(-2, 2, 160), random.normal(size=160)
    return pd.DataFrame({"x": x, "idle": idle, "y": 100 + 10 * np.abs(x) + 0.1 * random.normal(size=160)})


def ask(folder, *arguments, columns=80):
    """Runs the command in the folder, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("COLUMNS", str(columns))
        return CliRunner().invoke(app, [*arguments])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the question is asked."""
    folder = tmp_path_factory.mktemp("recommend")
    wave().to_csv(folder / "wave.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def first(folder):
    """The first answer, as JSON."""
    answer = ask(folder, *ASKED, "--json")
    assert answer.exit_code == 0, answer.output
    return answer


@pytest.fixture
def told(first):
    return json.loads(first.stdout)


@pytest.fixture
def run(folder, told):
    return folder / told["results"]


def test_rungs_of_short_trainings_come_before_the_whole_protocol(first, told):
    lines = [line for line in first.stderr.splitlines() if line.startswith(("rung", "last"))]
    assert [line.partition(":")[0] for line in lines] == ["rung 1 of 2", "rung 2 of 2", "last"]
    tried = told["tried"]
    assert [rung["epochs"] for rung in tried["rungs"]] == [EPOCHS / 9, EPOCHS / 3]
    sizes = [tried["n_sound"], *(rung["n_pairings"] for rung in tried["rungs"]), tried["n_finalists"]]
    assert sizes[0] == sizes[1]
    assert sizes == sorted(sizes, reverse=True)


def test_the_budget_is_kept(told, run):
    with closing(sqlite3.connect(run / DATABASE)) as db:
        rows = db.execute("SELECT phase, json_extract(spec, '$.training.epochs'), count(*) FROM trials GROUP BY 1, 2")
        trained = {(phase, epochs): n for phase, epochs, n in rows}
    n_valid = told["tried"]["n_candidates"]  # of this kind of task all can be trained
    whole = n_valid * (5 * 3 + 10) * EPOCHS
    assert sum(epochs * n for (_, epochs), n in trained.items()) <= 0.065 * whole  # grids are extended now and then
    assert {epochs for phase, epochs in trained if phase == "final"} == {EPOCHS}


def test_the_default_is_among_the_finalists_and_one_is_the_best(told):
    assert told["default"]["pairing"] == "relu/identity/mse/adam"
    standings = [one["standing"] for one in told["finalists"]]
    assert standings.count("best") == 1
    assert told["finalists"][0] == told["best"]
    assert told["default"] in told["finalists"]
    assert told["best"]["score"] > 0.8
    assert told["n_final"] == 10


def test_heads_that_can_not_reach_the_targets_and_models_without_a_bend_are_to_be_avoided(told):
    functions = {one["functions"] for one in told["avoid"]}
    assert {"output relu, loss mse", "activation identity"} <= functions


def test_asked_again_it_answers_at_once(folder, first):
    again = ask(folder, *ASKED, "--json")
    assert again.stdout == first.stdout
    assert "rung" not in again.stderr


@pytest.mark.parametrize("columns", [80, 50])
def test_the_answer_fits_the_terminal_and_says_where_it_comes_from(folder, first, told, columns):
    shown = ask(folder, *ASKED, columns=columns).stdout
    prose, _, code = shown.partition("in PyTorch:\n")
    assert max(map(len, prose.splitlines())) <= columns
    flat = " ".join(prose.split())
    assert "Answers below come from 10 fresh seeds that took no part in selection: R² on test rows." in flat
    assert f"take {told['best']['pairing']}" in flat
    assert "the plain default relu/identity/mse/adam" in flat
    assert code == told["snippet"]


def test_the_code_trains_what_was_recommended(told, run):
    rows = wave()
    features = rows[["x", "idle"]].to_numpy()
    names = {"X": (features - features.mean(0)) / features.std(0), "y": rows["y"].to_numpy()}
    exec(told["snippet"], names)
    assert r2_score(rows["y"], names["predicted"]) > 0.8
    assert (run / "snippet.py").read_text() == told["snippet"]


def test_its_results_are_those_of_any_run(folder, told, run):
    answer = ask(folder, "report", str(run), "--no-figures", "--json")
    (task,) = json.loads(answer.stdout)["tasks"]
    assert task["reference"]["pairing"] == told["best"]["pairing"]
    assert task["n_pairings"] == told["tried"]["n_finalists"] + told["tried"]["n_mistakes"]


def test_the_whole_grid_is_there_to_be_run(told, run):
    (grid,) = expand(load_config(str(run / "candidates.yaml")))
    assert len(grid.pairings) == told["tried"]["n_candidates"]


def test_what_was_stopped_in_a_rung_goes_on_to_the_same_answer(folder, first, tmp_path, monkeypatch):
    shutil.copy(folder / "wave.csv", tmp_path)
    n_commits = 0
    commit = StoreWriter.commit

    def interrupted(*stack):
        nonlocal n_commits
        n_commits += 1
        if n_commits == 3:
            os.kill(os.getpid(), signal.SIGINT)
        commit(*stack)

    with monkeypatch.context() as patch:
        patch.setattr(StoreWriter, "commit", interrupted)
        stopped = ask(tmp_path, *ASKED, "--json")
    assert stopped.exit_code == 130
    assert "stopped: what was trained is stored in results/recommend-wave; to go on, run again:" in stopped.stderr
    report = ask(tmp_path, "report", "results/recommend-wave", "--no-figures", "--no-files")
    assert report.exit_code == 0
    assert "incomplete" in report.stdout
    assert ask(tmp_path, *ASKED, "--json").stdout == first.stdout


@pytest.mark.parametrize(
    ("budget", "message"),
    [
        (
            "soon",
            "error: --budget: 'soon' is neither a span of time nor a share of the whole grid"
            "\nhint: write it as in 90s, 2m, 1h or 5%",
        ),
        (
            "0.1%",
            "error: a budget of 0.1 % is too small for these data: 99 pairings would get too little training to tell "
            "them apart\nhint: give --budget 3% or more",
        ),
    ],
)
def test_a_budget_that_does_not_do_is_told_with_one_that_does(folder, budget, message):
    answer = ask(folder, "recommend", "wave.csv", "--target", "y", "--epochs", str(EPOCHS), "--budget", budget)
    assert isinstance(answer.exception, UserError)
    assert str(answer.exception) == message
