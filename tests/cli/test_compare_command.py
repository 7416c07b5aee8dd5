"""`actloss compare` on real runs: what is equal, what moved, what is said where nothing can be compared."""

import json
import shutil
import sqlite3

import pytest

from actloss_cli.config.yaml_reader import read_yaml_file
from actloss_cli.config.yaml_writer import dump_yaml
from tests.cli.test_commands import in_process
from tests.edited_store import edit
from tests.tiny_grid import actloss

pytestmark = pytest.mark.long

SMALL = """\
name: small
tasks:
  - {kind: regression, dataset: friedman1}
  - {kind: binary, dataset: moons}
activation: [relu]
output: {regression: [identity], binary: [identity, sigmoid]}
loss: {regression: [mse], binary: [bce, hinge]}
optimizer: [sgd, adam]
lr: [0.01]
seeds: {tune: 1, final: 6}
model: {hidden: [8]}
training: {epochs: 12, batch_size: 64}
"""
N_PAIRINGS = 2 + 2 * 2 * 2
N_INVALID = 2
"""bce on an identity output, per optimizer."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The folder with a run, `again` the same anew, `short` of fewer epochs, `more` seeds: not to be written to."""
    folder = tmp_path_factory.mktemp("compared")
    (folder / "small.yaml").write_text(SMALL)
    changes = {"first": [], "again": [], "short": ["--set", "training.epochs=1"], "more": ["--set", "seeds.final=8"]}
    for name, options in changes.items():
        answer = actloss("run", "small.yaml", "--results", name, *options, cwd=folder)
        assert answer.returncode == 0, answer.stderr
    return folder


@pytest.fixture
def compare(runs, monkeypatch, capsys):
    """Compares in the folder of the runs, in this process."""
    return lambda *arguments, **options: in_process(monkeypatch, capsys, runs, "compare", *arguments, **options)


def test_the_verb_explains_itself(compare):
    answer = compare("--help")
    assert answer.returncode == 0
    assert "compare [OPTIONS]" in answer.stdout
    assert "Exit 1 if a verdict crossed between working and mismatched" in " ".join(answer.stdout.split())


def test_two_runs_of_one_config_are_equal_to_the_last_digit(compare):
    answer = compare("first", "again", "--check")
    assert answer.returncode == 0
    assert answer.stdout == (
        f"before: first/small ({N_PAIRINGS} pairings)\n"
        f"after:  again/small ({N_PAIRINGS} pairings)\n"
        "10 pairings in both; 0 verdicts changed; 0 scores moved beyond noise; 10 are\n"
        "equal to the last digit, 2 of them without a score\n"
        "settings and versions: no difference\n"
        "\n"
    )
    assert answer.stderr == (
        "check held: no verdict crossed between working and mismatched, and no score moved beyond noise\n"
    )


def test_another_number_of_epochs_shows_as_a_setting_and_in_the_scores(compare):
    answer = compare("first", "short")
    assert answer.returncode == 0
    assert "\n  config: training.epochs 12 -> 1\n" in answer.stdout
    assert "0 are equal" not in answer.stdout  # the invalid ones
    assert "\nscores that moved beyond noise, the largest change first\n" in answer.stdout
    assert max(map(len, answer.stdout.splitlines())) <= 80
    assert answer.stderr == ""
    told = json.loads(compare("first", "short", "--json").stdout)
    moved = [row for row in told["pairings"] if row["moved"]]
    assert len(moved) == told["counts"]["n_down"] >= 2
    assert all(row["paired"] and row["difference"] < 0 for row in moved)
    assert told["counts"]["n_equal"] == told["counts"]["n_untrained"] == N_INVALID
    assert [(change["name"], change["tasks"]) for change in told["settings"]] == [
        ("training.epochs", ["friedman1", "moons"])
    ]


def test_a_check_that_does_not_hold_exits_1_after_it_has_printed_all(compare):
    plain, checked = compare("first", "short"), compare("first", "short", "--check")
    assert (plain.returncode, checked.returncode) == (0, 1)
    assert checked.stdout == plain.stdout
    assert checked.stderr.startswith("check did not hold: ")
    assert checked.stderr.endswith(" moved beyond noise\n")
    assert compare("first", "short", "--json", "--check").returncode == 1


def test_more_seeds_do_not_pair_and_move_nothing(compare):
    told = json.loads(compare("first", "more", "--json").stdout)
    trained = [row for row in told["pairings"] if row["seeds_before"]]
    assert {(row["seeds_before"], row["seeds_after"], row["paired"]) for row in trained} == {(6, 8, False)}
    assert not any(row["moved"] or row["equal"] for row in trained)
    assert [change["name"] for change in told["settings"]] == ["seeds.final"]


def test_rows_are_listed_as_far_as_asked_for(compare):
    short = compare("first", "short", "--top", 1).stdout
    every = compare("first", "short", "--top", 1, "--all").stdout
    assert "more; --all lists them" in short
    assert "more; --all lists them" not in every
    assert len(every.splitlines()) > len(short.splitlines())


def test_a_run_is_found_in_the_folder_that_holds_it_and_several_are_refused(compare, runs, tmp_path):
    for name in ("one", "two"):
        shutil.copytree(runs / "first" / "small", tmp_path / name)
    answer = compare("first", tmp_path)
    assert answer.returncode == 2
    assert answer.stderr == f"error: '{tmp_path}' holds 2 runs\nhint: name one, such as {tmp_path / 'one'}\n"


def test_what_is_no_run_exits_3(compare):
    answer = compare("first", "nowhere")
    assert (answer.returncode, answer.stdout) == (3, "")
    assert answer.stderr.startswith("error: no such results folder: 'nowhere'\nhint: ")


def test_runs_with_nothing_in_common_are_told_so(compare, runs, tmp_path):
    folder = shutil.copytree(runs / "first" / "small", tmp_path / "other")
    edit(folder / "results.sqlite", "UPDATE pairings SET optimizer = 'my ' || optimizer")
    answer = compare("first", folder)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr == (
        f"error: 'first/small' and '{folder}' have no pairing in common\n"
        "hint: pairings are matched by the labels of task, activation, output, loss and optimizer\n"
    )


def test_a_run_of_another_schema_is_refused(compare, runs, tmp_path):
    folder = shutil.copytree(runs / "first" / "small", tmp_path / "old")
    with sqlite3.connect(folder / "results.sqlite") as db:
        db.execute("UPDATE meta SET value = '1' WHERE key = 'schema_version'")
    answer = compare("first", folder)
    assert (answer.returncode, answer.stdout) == (3, "")
    assert answer.stderr.startswith(f"error: '{folder / 'results.sqlite'}' has schema 1, this actloss reads ")


def test_an_unfinished_run_is_compared_and_said_but_confirms_nothing(compare, runs, tmp_path):
    folder = shutil.copytree(runs / "first" / "small", tmp_path / "half")
    some = "SELECT trial FROM trials WHERE phase = 'final' LIMIT 3"
    edit(folder / "results.sqlite", f"DELETE FROM trials WHERE trial IN ({some})")
    answer = compare("first", folder, "--check")
    assert answer.returncode == 1
    assert "UNFINISHED: 3 of 56 trials missing" in answer.stdout
    assert " to incomplete; 0 scores moved beyond noise; " in " ".join(answer.stdout.split())
    assert "became incomplete" in answer.stderr


def test_versions_machine_and_thresholds_that_differ_are_told(compare, runs, tmp_path):
    folder = shutil.copytree(runs / "first" / "small", tmp_path / "later")
    sessions = json.loads((folder / "provenance.json").read_text())
    now = sessions[0]["libraries"]["numpy"]
    sessions[0]["libraries"]["numpy"], sessions[0]["instruction_set"] = "9.9", "NONE"
    (folder / "provenance.json").write_text(json.dumps(sessions))
    config = read_yaml_file(folder / "config.yaml", "config.yaml").value
    config["verdict"]["margin"] = 0.2
    (folder / "config.yaml").write_text(dump_yaml(config | {"exclude": [{"loss": "hinge"}]}))
    text = compare("first", folder).stdout
    assert f"  versions: numpy {now} -> 9.9\n" in text
    assert "  machine: instruction_set " in text
    assert "  config: exclude with {loss: hinge}\n" in text
    assert "  config: verdict.margin 0.05 -> 0.2\n" in text


def test_other_data_under_the_same_label_are_told_and_do_not_pair(compare, runs, tmp_path):
    folder = shutil.copytree(runs / "first" / "small", tmp_path / "data")
    other = """UPDATE trials SET spec = json_set(spec, '$.data', 'other') WHERE spec LIKE '%"binary"%'"""
    edit(folder / "results.sqlite", other)
    told = json.loads(compare("first", folder, "--json").stdout)
    (change,) = told["settings"]
    assert (change["group"], change["after"], change["tasks"]) == ("data", "other", ["moons"])
    paired = {row["task"]: row["paired"] for row in told["pairings"] if row["seeds_before"]}
    assert paired == {"friedman1": True, "moons": False}


def test_runs_without_their_plain_files_are_compared_all_the_same(compare, runs, tmp_path):
    folder = shutil.copytree(runs / "first" / "small", tmp_path / "bare")
    (folder / "provenance.json").unlink()
    (folder / "config.yaml").unlink()
    answer = compare("first", folder)
    assert answer.returncode == 0
    assert "  not compared: after has no provenance.json\n" in answer.stdout
    assert "  not compared: after has no config.yaml\n" in answer.stdout
    assert "10 are equal to the last digit" in " ".join(answer.stdout.split())
