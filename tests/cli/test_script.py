"""`actloss script`: which trial is meant, where the script goes, and what is said when none can be written."""

import shutil
import sqlite3
import subprocess
import sys

import pytest

from actloss_cli.datasets import load
from actloss_cli.store.one_trial import read_names
from tests.cli.test_commands import call
from tests.edited_store import edit
from tests.tiny_grid import actloss

__all__ = ["call"]

PAIRING = "moons/relu/sigmoid/bce/adam"


def test_the_script_of_a_pairing_prints_the_score_that_is_stored(call, tiny_run, tmp_path):
    answer = call("script", tiny_run, PAIRING, "-o", "trial.py")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == ""
    assert answer.stderr.startswith("wrote trial.py\nWith torch ")
    assert answer.stderr.endswith(" this comes out within 1e-05.\n")
    blocked = "import sys, runpy; sys.modules['actloss_cli'] = None; runpy.run_path('trial.py', run_name='__main__')"
    ran = subprocess.run([sys.executable, "-c", blocked], cwd=tmp_path, capture_output=True, text=True, check=True)
    with sqlite3.connect(tiny_run / "results.sqlite") as db:
        query = (
            "SELECT score FROM asked_trials JOIN trials USING (trial) "
            "WHERE pairing_id = ? AND (phase, seed) = ('final', 0)"
        )
        ((stored,),) = db.execute(query, [PAIRING]).fetchall()
    assert float(ran.stdout.split()[-1]) == pytest.approx(stored, abs=1e-5)


def test_a_trial_is_found_by_id_or_by_options_of_its_pairing(call, tiny_run):
    name = next(n for n in read_names(tiny_run)[1] if n.pairing_id == PAIRING and n.phase == "tune" and n.seed == 1)
    by_id = call("script", tiny_run, name.id[:12], "--no-check")
    assert by_id.returncode == 0, by_id.stderr
    assert 'PHASE, SEED = "tune", 1' in by_id.stdout
    options = ["--phase", "tune", "--seed", 1, "--lr", name.lr]
    assert call("script", tiny_run, PAIRING, *options, "--no-check").stdout == by_id.stdout
    assert f"lr={name.lr!r}" in by_id.stdout
    assert by_id.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["moons/relu/sigmoid/bce/adma"], "error: no pairing 'moons/relu/sigmoid/bce/adma' in these results\nhint: "),
        (
            [PAIRING, "--seed", 7],
            f"error: no trial of '{PAIRING}' fits --seed 7\nhint: there are final at learning rates ",
        ),
        (["moons/relu/identity/bce/adam"], "error: 'moons/relu/identity/bce/adam' has no trials in these results\n"),
        ([PAIRING, "-o", "nowhere/x.py"], "error: 'nowhere/x.py' can't be written: No such file or directory\n"),
    ],
)
def test_what_can_not_be_written_is_told(call, tiny_run, arguments, message):
    answer = call("script", tiny_run, *arguments, "--no-check")
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert answer.stderr.startswith(message)


def test_a_script_that_is_there_is_replaced_only_by_force(call, tiny_run, tmp_path):
    (tmp_path / "mine.py").write_text("mine")
    assert call("script", tiny_run, PAIRING, "--no-check", "-o", "mine.py").returncode == 2
    assert (tmp_path / "mine.py").read_text() == "mine"
    assert call("script", tiny_run, PAIRING, "--no-check", "-o", "mine.py", "--force").returncode == 0


def test_trials_of_another_meaning_are_refused(call, tiny_run, tmp_path):
    folder = shutil.copytree(tiny_run, tmp_path / "tiny")
    edit(folder / "results.sqlite", "UPDATE trials SET spec = json_set(spec, '$.training.epochs', 5)")
    answer = call("script", folder, PAIRING, "--no-check")
    assert answer.returncode == 3
    assert "those of another version of actloss" in answer.stderr


def test_data_that_have_changed_since_are_refused(call, tmp_path):
    rows = "\n".join(f"{i % 7},{i * 5 % 11},{'ab'[i % 2]}" for i in range(60))
    (tmp_path / "own.csv").write_text(f"x,y,kind\n{rows}\n")
    (tmp_path / "own.yaml").write_text(
        "name: own\ntasks: [{kind: binary, dataset: {csv: own.csv, target: kind}}]\nactivation: relu\noutput: sigmoid\n"
        "loss: bce\noptimizer: adam\nlr: 0.01\nseeds: {tune: 1, final: 2}\ntraining: {epochs: 2}\n"
    )
    assert actloss("run", "own.yaml", "--workers", 1, cwd=tmp_path).returncode == 0
    fine = call("script", "results/own", "own/relu/sigmoid/bce/adam")
    assert fine.returncode == 0, fine.stderr
    assert f'read_classes("{tmp_path}/own.csv", ",", "kind")' in fine.stdout
    (tmp_path / "own.csv").write_text(f"x,y,kind\n{rows}\n1,2,a\n")
    load.cache_clear()
    answer = call("script", "results/own", "own/relu/sigmoid/bce/adam")
    assert answer.returncode == 3
    assert answer.stderr.startswith("error: the data of task 'own' have changed since it was trained\n")
