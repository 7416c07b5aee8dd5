"""The command line as a user meets it: exit codes, what goes to which stream, messages to the letter."""

import json
import shutil
import sys
from functools import partial
from types import SimpleNamespace

import pytest

from actloss_cli.cli import app as command
from tests.edited_store import edit
from tests.tiny_grid import N_INVALID, N_PAIRINGS, TINY, actloss, write_tiny


def in_process(monkeypatch, capsys, cwd, *arguments, columns=80):
    """The command's exit code, stdout and stderr, without a process of its own."""
    monkeypatch.chdir(cwd)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(sys, "argv", ["actloss", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        command.main()
    streams = capsys.readouterr()
    return SimpleNamespace(returncode=stop.value.code or 0, stdout=streams.out, stderr=streams.err)


@pytest.fixture
def call(monkeypatch, capsys, tmp_path):
    """Runs a command in `tmp_path`, in this process."""
    return partial(in_process, monkeypatch, capsys, tmp_path)


VERBS = ["run", "plan", "report", "show", "compare", "explain", "check", "script", "export", "list", "init", "schema"]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(call, verb):
    answer = call(verb, "--help")
    assert answer.returncode == 0
    assert f"{verb} [OPTIONS]" in answer.stdout


def test_version_and_help_need_no_config(call):
    assert call("--version").stdout.startswith("actloss 0.")
    assert "exit codes" in call("--help").stdout.lower()
    assert call().returncode == 2


@pytest.mark.parametrize("what", ["activations", "outputs", "losses", "optimizers", "datasets"])
def test_a_listing_names_the_same_entries_in_text_and_json(call, what):
    entries = json.loads(call("list", what, "--json").stdout)
    text = call("list", what, columns=60).stdout
    assert len(entries) >= 4
    for entry in entries:
        assert entry["name"] in text
        assert entry["source"]
    assert max(map(len, text.splitlines())) <= 60


def test_a_plan_shows_sizes_reasons_and_time_and_trains_nothing(call, tmp_path):
    config = write_tiny(tmp_path)
    plan = json.loads(call("plan", config, "--json").stdout)
    assert plan["n_pairings"] == N_PAIRINGS == len(plan["pairings"])
    assert plan["n_invalid"] == N_INVALID
    assert plan["n_tune"] == (N_PAIRINGS - N_INVALID) * 3 * 2
    assert plan["n_final"] == (N_PAIRINGS - N_INVALID) * 3
    assert plan["estimated_s"] > 0
    reasons = {pairing["invalid"] for pairing in plan["pairings"]} - {None}
    assert reasons == {
        "bce takes values in [0, 1], identity gives (-inf, inf); "
        "PyTorch: all elements of input should be between 0 and 1"
    }
    dry = call("run", config, "--dry-run")
    assert dry.returncode == 0
    assert "invalid, 4 pairings: bce takes values in [0, 1]" in dry.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tiny.yaml"]


@pytest.mark.parametrize(
    ("change", "where", "message", "hint"),
    [
        (
            ("[relu, tanh]", "[relu, mse]"),
            "5:20: activation[1]",
            "'mse' is a loss, not an activation",
            "put it under 'loss'; see 'actloss list activations'",
        ),
        (
            ("[relu, tanh]", "[relu, tahn]"),
            "5:20: activation[1]",
            "unknown activation 'tahn'",
            "did you mean 'tanh'? see 'actloss list activations'",
        ),
        (
            ("dataset: moons", "dataset: moon"),
            "4:29: tasks[1].dataset",
            "unknown dataset 'moon'",
            "did you mean 'moons'? see 'actloss list datasets'",
        ),
    ],
)
def test_a_wrong_config_exits_2_with_place_message_and_hint(call, change, where, message, hint, tmp_path):
    config = write_tiny(tmp_path, TINY.replace(*change))
    answer = call("run", config.name)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert answer.stderr == f"error: tiny.yaml:{where}: {message}\nhint: {hint}\n"
    assert not (tmp_path / "results").exists()


def test_all_problems_are_told_at_once(tmp_path):
    text = TINY.replace("relu, tanh", "relu, gelo").replace("epochs: 4", "epochs: -4").replace("mse", "mes")
    answer = actloss("plan", write_tiny(tmp_path, text).name, cwd=tmp_path)
    assert answer.returncode == 2
    assert answer.stderr.count("error: tiny.yaml:") == 3
    assert "Traceback" not in answer.stderr


def test_a_results_folder_that_holds_something_else_exits_3(tmp_path):
    (tmp_path / "results" / "tiny").mkdir(parents=True)
    (tmp_path / "results" / "tiny" / "thesis.tex").write_text("")
    answer = actloss("run", write_tiny(tmp_path).name, cwd=tmp_path)
    assert answer.returncode == 3
    assert answer.stderr == (
        "error: 'results/tiny' holds something that is no run of actloss: 'thesis.tex'\n"
        "hint: choose another place with --results, or another name in the config\n"
    )


def test_cuda_that_is_not_there_exits_2_and_creates_nothing(call, tmp_path, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    answer = call("run", write_tiny(tmp_path).name, "--device", "cuda")
    assert answer.returncode == 2
    assert answer.stderr == "error: --device cuda: torch finds no CUDA device\nhint: use --device cpu, or auto\n"
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.yaml"]


def test_results_that_are_not_there_exit_3(call):
    for verb in ("report", "export"):
        answer = call(verb, "nowhere")
        assert answer.returncode == 3
        assert answer.stderr.startswith("error: no such results folder: 'nowhere'\nhint: ")


def test_data_go_to_stdout_and_the_rest_to_stderr(tiny_run, tmp_path):
    answer = actloss("export", tiny_run, "--format", "csv", cwd=tmp_path)
    assert answer.returncode == 0
    assert answer.stdout.startswith("task,kind,dataset,activation,output,loss,optimizer,lr,n_final,score,")
    assert len(answer.stdout.splitlines()) == N_PAIRINGS + 1
    assert answer.stderr == ""


@pytest.mark.parametrize("table", ["pairings", "trials", "curves"])
@pytest.mark.parametrize("format_", ["csv", "json", "parquet"])
def test_every_table_is_exported_in_every_format(call, tiny_run, tmp_path, table, format_):
    import pandas as pd

    file = tmp_path / f"{table}.{format_}"
    answer = call("export", tiny_run, "--table", table, "--format", format_, "-o", file)
    assert answer.returncode == 0, answer.stderr
    frame = getattr(pd, f"read_{format_}")(file)
    columns = {
        "pairings": "task kind dataset activation output loss optimizer lr n_final score score_low score_high relative "
        "relative_low relative_high steps_to_target verdict reason",
        "trials": "trial phase seed lr status diverged_epoch n_train score roc_auc r2",
        "curves": "trial epoch step metric value",
    }[table]
    assert set(columns.split()) <= set(frame.columns)
    assert len(frame) > 0


def test_a_report_prints_tables_and_leaves_files(call, tiny_run, tmp_path):
    folder = shutil.copytree(tiny_run, tmp_path / "tiny")
    answer = call("report", folder, columns=80)
    assert answer.returncode == 0, answer.stderr
    assert "moons" in answer.stdout
    assert "UNFINISHED" not in answer.stdout
    assert "\x1b" not in answer.stdout
    assert max(map(len, answer.stdout.splitlines())) <= 80
    written = {path.relative_to(folder / "report").as_posix() for path in (folder / "report").rglob("*.*")}
    assert {"pairings.csv", "summary.json"} <= written
    assert any(name.endswith(".png") for name in written)
    assert any(name.endswith(".svg") for name in written)


def test_an_unfinished_run_is_labelled_with_how_much_is_missing(call, tiny_run, tmp_path):
    folder = shutil.copytree(tiny_run, tmp_path / "tiny")
    some = "SELECT trial FROM trials WHERE phase = 'final' LIMIT 7"
    edit(folder / "results.sqlite", f"DELETE FROM trials WHERE trial IN ({some})")
    answer = call("report", folder, "--no-figures")
    assert answer.returncode == 0, answer.stderr
    assert "UNFINISHED: 7 of " in answer.stdout
    summary = json.loads((folder / "report" / "summary.json").read_text())
    assert (summary["finished"], summary["n_missing"]) == (False, 7)


def test_one_pairing_is_shown_whole_and_a_near_miss_is_named(call, tiny_run):
    answer = call("show", tiny_run, "moons/relu/sigmoid/bce/adam")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("moons: relu/sigmoid/bce/adam\n")
    for word in ("roc_auc", "chosen", "reference"):
        assert word in answer.stdout
    miss = call("show", tiny_run, "moons/relu/sigmoid/bce/adma")
    assert miss.returncode == 2
    assert "did you mean 'moons/relu/sigmoid/bce/adam'?" in miss.stderr
    as_json = json.loads(call("show", tiny_run, "moons/relu/sigmoid/bce/adam", "--json").stdout)
    assert as_json["verdict"]


def test_a_csv_of_ones_own_runs_from_a_path_beside_the_config(tmp_path):
    from sklearn.datasets import load_wine

    (tmp_path / "data").mkdir()
    frame = load_wine(as_frame=True).frame
    frame.to_csv(tmp_path / "data" / "wine.csv", index=False)
    text = """\
name: own
tasks: [{kind: multiclass, dataset: {csv: data/wine.csv, target: target}}]
activation: [relu]
output: [identity]
loss: [cross_entropy]
optimizer: [adam]
lr: [0.01]
seeds: {tune: 1, final: 2}
training: {epochs: 5}
"""
    (tmp_path / "own.yaml").write_text(text)
    answer = actloss("run", tmp_path / "own.yaml", "--results", tmp_path / "r", cwd="/")
    assert answer.returncode == 0, answer.stderr
    export = actloss("export", tmp_path / "r" / "own", "--format", "json", cwd=tmp_path)
    (row,) = json.loads(export.stdout)
    assert row["dataset"] == "wine"
    assert row["score"] > 0.9
