"""Functions of one's own in real runs: side by side or by the loop, told apart by their code, reported without it."""

import json
import shutil
import sqlite3
from contextlib import closing

import pytest
from typer.testing import CliRunner

from actloss_cli.cli.app import app
from actloss_cli.errors import UserError
from tests.extending.modules import FAULTY, SOUND
from tests.tiny_grid import actloss

CONFIG = """\
name: own
tasks: [{kind: regression, dataset: friedman1}]
activation:
  - relu
  - python:own_functions:twice_tanh
  - {name: 'python:own_functions:twice_tanh', scale: 0.5, as: half}
  - python:own_functions:last_axis_softmax
  - python:own_functions:SLOPED
  - python:own_faulty:raises
  - python:own_faulty:another_shape
  - python:own_faulty:nan
output: identity
loss: [mse, 'python:own_functions:cube_loss']
optimizer: [adam, 'python:own_functions:Signs']
lr: 0.01
seeds: {tune: 1, final: 2}
model: {hidden: [8]}
training: {epochs: 2, batch_size: 256}
"""


def write(folder, config=CONFIG):
    (folder / "own_functions.py").write_text(SOUND)
    (folder / "own_faulty.py").write_text(FAULTY)
    (folder / "own.yaml").write_text(config)
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with the config, the modules and the run."""
    folder = write(tmp_path_factory.mktemp("own"))
    answer = actloss("run", "own.yaml", "--allow-code", cwd=folder)
    assert answer.returncode == 0, answer.stderr
    return folder


def invoke(*verb):
    return CliRunner().invoke(app, verb)


def rows(folder, table):
    answer = invoke("export", str(folder / "results" / "own"), "--table", table, "--format", "json")
    assert answer.exception is None
    return json.loads(answer.stdout)


def test_faulty_functions_are_invalid_or_diverge_with_a_message_and_others_go_on(trained):
    reasons = {row["activation"]: row["reason"] for row in rows(trained, "pairings") if row["verdict"] == "invalid"}
    assert reasons == {
        "own_faulty:raises": "python:own_faulty:raises raises ArithmeticError: no value, given [6, 4]",
        "own_faulty:another_shape": "python:own_faulty:another_shape gives [6] for [6, 4]: an activation keeps the "
        "shape",
    }
    statuses = {row["activation"]: row["status"] for row in rows(trained, "trials")}
    assert statuses.pop("own_faulty:nan") == "diverged"
    assert set(statuses.values()) == {"done"}
    assert len(statuses) == 5


def test_each_trial_says_which_way_it_was_trained(trained):
    ways = {(row["activation"], row["optimizer"]): row["way"] for row in rows(trained, "trials")}
    assert ways["own_functions:twice_tanh", "adam"] == "stack"
    assert ways["relu", "adam"] == "stack"
    assert ways["own_functions:last_axis_softmax", "adam"] == "loop"
    assert ways["relu", "own_functions:Signs"] == "loop"


def test_a_run_is_reported_exported_and_shown_without_the_code(trained, tmp_path, monkeypatch):
    moved = tmp_path / "moved"
    shutil.copytree(trained, moved)
    for name in ("own_functions", "own_faulty"):
        (moved / f"{name}.py").write_text("raise SystemExit('imported')\n")
    monkeypatch.chdir(moved)
    for verb in (
        ("report", "results/own", "--no-figures"),
        ("export", "results/own"),
        ("show", "results/own", "half/identity/mse/adam"),
        ("list", "activations"),
        ("compare", "results/own", "results/own"),
    ):
        assert invoke(*verb).exception is None, verb
    script = invoke("script", "results/own", "half/identity/mse/adam").exception
    assert "was trained with 'python:own_functions:twice_tanh', which is not actloss's own" in str(script)
    dry = invoke("run", "own.yaml", "--dry-run", "--allow-code", "--results", str(tmp_path)).exception
    assert str(dry).startswith(
        "error: own.yaml:5:5: activation[1]: 'python:own_functions:twice_tanh' is code of one's own, and nothing of it "
        "was imported\nhint: a dry run imports nothing; 'actloss plan' does, with --allow-code\n"
    )


def test_what_is_complete_is_not_trained_again_until_the_code_changes(trained):
    again = actloss("run", "own.yaml", "--allow-code", cwd=trained)
    assert "complete before; 0 of them trained now" in again.stderr
    path = trained / "own_functions.py"
    path.write_text(SOUND.replace("scale * torch.tanh(x)", "scale * torch.atan(x)"))
    changed = actloss("run", "own.yaml", "--allow-code", cwd=trained)
    path.write_text(SOUND)
    assert changed.returncode == 0, changed.stderr
    with closing(sqlite3.connect(trained / "results" / "own" / "results.sqlite")) as db:
        specs = [json.loads(spec)["pairing"] for (spec,) in db.execute("SELECT spec FROM trials")]
    digests = {tuple(one[2:]) for spec in specs for one in spec.values() if one[0].startswith("python:own_functions")}
    assert len(digests) == 2


@pytest.mark.parametrize("verb", ["run", "plan"])
def test_without_leave_nothing_is_imported(tmp_path, monkeypatch, verb):
    (tmp_path / "own_functions.py").write_text("open('imported', 'w')\n")
    (tmp_path / "own.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    refusal = invoke(verb, "own.yaml").exception
    assert isinstance(refusal, UserError)
    assert {(problem.message.rpartition("' ")[2], problem.hint) for problem in refusal.problems} == {
        (
            "is code of one's own, and nothing of it was imported",
            "if you trust it, allow it with --allow-code: importing a module runs its code",
        )
    }
    assert len(refusal.problems) == 9
    assert not (tmp_path / "imported").exists()


def test_a_plan_with_leave_says_what_is_invalid(trained, monkeypatch):
    monkeypatch.chdir(trained)
    answer = invoke("plan", "own.yaml", "--allow-code", "--json", "--set", "loss=mse")
    assert answer.exception is None
    plan = json.loads(answer.stdout)
    assert (plan["n_pairings"], plan["n_invalid"], plan["n_loop"]) == (16, 4, 21)
