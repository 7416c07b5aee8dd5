"""`actloss_cli.run` and `Results`: what the command line trains and exports, from a script."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from matplotlib.figure import Figure
from pandas.testing import assert_frame_equal
from typer.testing import CliRunner

import actloss_cli
from actloss_cli import Results, UserError, load_config, run
from actloss_cli.cli.app import app
from tests.tiny_grid import TINY

CONFIG = yaml.safe_load(TINY)
# Nothing stands under `if __name__ == "__main__"`: workers that imported it would train, and print, once more.
SCRIPT = f"""\
import sys
import actloss_cli
assert not {{"torch", "pandas", "matplotlib"}} & set(sys.modules)
counts = []
results = actloss_cli.run({CONFIG!r}, workers=2, progress=counts.append)
print(results, results.n_missing, counts[-1].n_done, counts[-1].n_fresh)
again = []
actloss_cli.run({CONFIG!r}, progress=again.append)
print(again)
"""


@pytest.fixture(scope="module")
def scripted(tmp_path_factory):
    """A folder in which a script has trained the tiny grid, and what it printed."""
    folder = tmp_path_factory.mktemp("scripted")
    (folder / "mine.py").write_text(SCRIPT)
    answer = subprocess.run(
        [sys.executable, "mine.py"], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert (answer.returncode, answer.stderr) == (0, ""), answer.stderr
    return folder, answer.stdout


@pytest.fixture(scope="module")
def results(tiny_run):
    return Results(tiny_run)


def test_a_script_without_a_main_guard_trains_once_in_silence_and_a_second_call_trains_nothing(scripted):
    _, printed = scripted
    first, second = printed.splitlines()
    path, n_missing, n_done, n_fresh = first.rsplit(maxsplit=3)
    assert path == "Results('results/tiny')"
    assert n_missing == "0"
    assert n_done == n_fresh
    assert second == "[]"


def test_python_trains_the_trials_of_the_command_line_to_the_same_numbers(scripted, results):
    theirs = Results(scripted[0] / "results" / "tiny")
    columns = theirs.trials().columns.drop("elapsed_s")
    assert_frame_equal(theirs.trials()[columns], results.trials()[columns])


@pytest.mark.parametrize("table", ["pairings", "trials", "curves", "diagnostics"])
def test_a_table_is_what_export_writes(results, tiny_run, table):
    answer = CliRunner().invoke(app, ["export", str(tiny_run), "--table", table, "--format", "json"])
    exported = json.loads(answer.stdout)
    frame = getattr(results, table)()
    assert list(frame.columns) == list(exported[0])
    assert len(frame) == len(exported)


def test_show_gives_the_text_of_the_verb(results, tiny_run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    answer = CliRunner().invoke(app, ["show", str(tiny_run), "relu/sigmoid/bce/adam"])
    assert results.show("moons/relu/sigmoid/bce/adam").split() == answer.stdout.split()


def test_every_figure_that_is_named_is_drawn(results):
    names = results.figure_names()
    assert names[:4] == ["output-by-loss", "activation-by-optimizer", "curves", "learning-rates"]
    for name in names[:2]:
        figure = results.figure(name, "moons")
        assert isinstance(figure, Figure)
        assert "moons" in figure.get_suptitle()
    assert isinstance(results.figure("variance-shares"), Figure)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda results: results.figure("curve", "moons"),
            "error: no figure 'curve'\nhint: did you mean 'curves'?",
        ),
        (
            lambda results: results.figure("curves"),
            "error: figure 'curves' is of one task\nhint: say which: friedman1, moons",
        ),
        (
            lambda results: results.figure("curves", "moon"),
            "error: no task 'moon' in these results\nhint: did you mean 'moons'?",
        ),
        (
            lambda results: results.figure("variance-shares", "moons"),
            "error: figure 'variance-shares' is of all tasks together\nhint: leave the task out",
        ),
        (
            lambda results: results.show("moons/relu/sigmoid/bce/adamm"),
            "error: no pairing 'moons/relu/sigmoid/bce/adamm' in these results\n"
            "hint: did you mean 'moons/relu/sigmoid/bce/adam'?",
        ),
    ],
)
def test_what_is_not_in_the_results_is_told(results, call, message):
    with pytest.raises(UserError) as refusal:
        call(results)
    assert str(refusal.value) == message


def held_by_itself():
    config = {"name": "x"}
    config["tasks"] = config
    return config


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            CONFIG | {"optimiser": "adam"},
            "error: config: unknown key 'optimiser'\nhint: did you mean 'optimizer'?",
        ),
        (
            CONFIG | {"activation": ["relu", "gelo"]},
            "error: config: activation[1]: unknown activation 'gelo'\n"
            "hint: did you mean 'gelu'? see 'actloss list activations'",
        ),
        (
            CONFIG | {"activation": {"relu", "tanh"}},
            "error: config: a set can't stand in a config\nhint: use dicts, lists, text, numbers and paths",
        ),
        (held_by_itself(), "error: config: it holds itself, or nests too deep\nhint: no config needs that"),
    ],
    ids=["key", "name", "set", "itself"],
)
def test_a_mapping_with_a_flaw_is_refused_before_anything_is_written(tmp_path, monkeypatch, config, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError) as refusal:
        run(config)
    assert str(refusal.value) == message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"workers": 0}, "error: workers is 0\nhint: give 1 or more, or None for one per core"),
        ({"device": "gpu"}, "error: unknown device 'gpu'\nhint: there are: auto, cpu, cuda"),
        ({"max_trials": 10}, "error: 'tiny' asks for 288 trials, more than 10\n"),
    ],
)
def test_an_option_that_cannot_be_is_refused(tmp_path, options, message):
    with pytest.raises(UserError) as refusal:
        run(CONFIG, results=tmp_path / "results", **options)
    assert str(refusal.value).startswith(message)
    assert list(tmp_path.iterdir()) == []


def test_a_mapping_may_hold_tuples_paths_and_numpy_numbers(tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("a,y\n" + "".join(f"{i},{2 * i}\n" for i in range(100)))
    config = {
        "name": "own",
        "tasks": ({"kind": "regression", "dataset": {"csv": table, "target": "y"}},),
        "lr": tuple(np.logspace(-3, -1, 3)),
        "seeds": {"tune": np.int64(2), "final": 5},
    }
    (task,) = load_config(config).tasks
    assert task.task.lr.values == (0.001, 0.01, 0.1)
    assert task.task.seeds.tune == 2
    assert task.task.dataset.csv == str(table)


def test_settings_override_keys_as_set_does(tmp_path):
    assert load_config(CONFIG, ["training.epochs=2"]).tasks[0].task.training.epochs == 2
    with pytest.raises(UserError) as refusal:
        load_config(CONFIG, ["training.epochs=none"])
    assert str(refusal.value).startswith("error: --set training.epochs=none: ")


def test_a_folder_without_results_is_refused(tmp_path):
    with pytest.raises(UserError) as refusal:
        Results(tmp_path)
    assert str(refusal.value) == (
        f"error: '{tmp_path}' holds no results of actloss\n"
        "hint: a run's folder holds results.sqlite; 'actloss run' makes one"
    )


def test_the_package_offers_what_it_names():
    assert sorted(actloss_cli.__all__) == dir(actloss_cli)
    assert all(getattr(actloss_cli, name) is not None for name in actloss_cli.__all__)
    with pytest.raises(AttributeError, match="module 'actloss_cli' has no attribute 'train'"):
        actloss_cli.train  # noqa: B018 - asking is the point
    assert (Path(actloss_cli.__file__).parent / "py.typed").exists()
