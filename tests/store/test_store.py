"""What a run leaves behind: plain files, every trial once, read back as it was; damage and strangers are named."""

import json
import shutil
import sqlite3

import numpy as np
import pytest
import yaml

from actloss_cli.config.expansion import expand
from actloss_cli.config.load import load_config
from actloss_cli.datasets import load
from actloss_cli.engine.diagnostic_names import diagnostic_epochs, diagnostic_names
from actloss_cli.engine.train import StackedTraining
from actloss_cli.errors import ExitCode, UserError
from actloss_cli.plan.plan import make_plan
from actloss_cli.plan.thresholds import Thresholds
from actloss_cli.plan.trial import Trial
from actloss_cli.store.blobs import pack, unpack
from actloss_cli.store.folder import claim_folder, locked, runs_in
from actloss_cli.store.reader import read_curves, read_run
from actloss_cli.store.writer import StoreWriter
from tests.edited_store import edit
from tests.tiny_grid import N_INVALID, N_PAIRINGS


@pytest.fixture
def copy(tiny_run, tmp_path):
    """A run's folder to spoil."""
    return shutil.copytree(tiny_run, tmp_path / "tiny")


def test_a_run_reads_back_whole(tiny_run):
    run = read_run(tiny_run)
    assert run.name == "tiny"
    assert run.n_missing == 0
    assert list(run.tasks.index) == ["friedman1", "moons"]
    assert len(run.pairings) == N_PAIRINGS
    assert (run.pairings["invalid"] != "").sum() == N_INVALID
    assert run.trials.index.is_unique
    per_pairing = run.trials.groupby(["pairing_id", "phase"]).size().unstack()
    assert len(per_pairing) == N_PAIRINGS - N_INVALID
    assert (per_pairing["final"] == 3).all()
    assert (per_pairing["tune"] % 2 == 0).all()
    assert per_pairing["tune"].between(6, 14).all()
    assert run.validation_score.shape == (len(run.trials), 4)


def test_trials_come_by_pairing_tune_first_then_by_rate_and_seed(tiny_run):
    trials = read_run(tiny_run).trials
    keys = list(zip(trials["pairing_id"], trials["phase"] != "tune", trials["lr"], trials["seed"], strict=True))
    assert keys == sorted(keys)


def test_arrays_are_not_unpacked_to_see_whether_they_are_there(copy):
    edit(copy / "results.sqlite", "UPDATE trials SET row_scores = x'00' WHERE row_scores IS NOT NULL")
    run = read_run(copy)
    (trial, *_) = run.row_scores
    assert trial in run.row_scores
    assert "nothing of this name" not in run.row_scores
    with pytest.raises(UserError, match="or is damaged"):
        run.row_scores[trial]


def test_scores_agree_with_curves_and_row_scores(tiny_run):
    run = read_run(tiny_run)
    done = (run.trials["status"] == "done").to_numpy()
    tune = done & (run.trials["phase"] == "tune").to_numpy()
    last = np.clip(run.validation_score[:, -1], np.finfo(np.float32).min, None)
    np.testing.assert_allclose(run.trials.loc[tune, "score"], last[tune], rtol=1e-6)
    finals = run.trials[done & (run.trials["phase"] == "final").to_numpy()]
    assert set(finals.index) <= set(run.row_scores)
    for trial, row in finals.iterrows():
        task = run.pairings.loc[row["pairing_id"], "task"]
        strata, scores = run.strata[task], run.row_scores[trial].astype(float)
        mean = np.mean([scores[strata == stratum].mean() for stratum in np.unique(strata)])
        assert mean == pytest.approx(row["score"], rel=1e-5, abs=1e-5)


def test_curves_come_in_long_form_with_steps(tiny_run):
    curves = read_curves(tiny_run)
    assert list(curves.columns) == ["trial", "epoch", "step", "metric", "value"]
    assert set(curves["metric"]) == {"train_loss", "validation_loss", "validation_score"}
    run = read_run(tiny_run)
    assert len(curves) == len(run.trials) * 3 * 4
    assert set(curves["step"] / curves["epoch"]) == set(run.tasks["steps_per_epoch"])


def test_diagnostics_read_back_as_the_training_reports_them(tiny_run):
    run = read_run(tiny_run)
    assert run.tasks["hidden"].tolist() == [1, 1]
    assert set(run.diagnostics) == set(run.trials.index)
    plan = make_plan(expand(load_config(str(tiny_run.parent.parent / "tiny.yaml"))))
    planned = next(one for one in plan.pairings if one.pairing.label == "tanh/sigmoid/bce/adam")
    for row in run.trials[run.trials["pairing_id"] == planned.id].itertuples():
        trial = Trial(planned.facts.task, planned.pairing, row.lr, row.phase, row.seed)
        dataset = load(trial.task.dataset, trial.task.kind)
        (outcome,) = StackedTraining([trial], dataset).run()
        assert outcome.diagnostics.shape == (len(diagnostic_epochs(4)), len(diagnostic_names(1)))
        np.testing.assert_array_equal(run.diagnostics[trial.id], outcome.diagnostics)


def test_thresholds_are_kept_with_the_plan(tmp_path):
    strict = Thresholds(margin=0.01, most_seeds=50)
    plan = make_plan(expand(load_config("smoke")), strict)
    with StoreWriter(tmp_path) as store:
        store.draft_plan(plan, "2025-01-01T00:00:00+00:00")
        assert read_run(tmp_path).thresholds == Thresholds()
        store.put_in_force()
    assert read_run(tmp_path).thresholds == strict


def test_config_and_provenance_are_plain_files(tiny_run):
    config = yaml.safe_load((tiny_run / "config.yaml").read_text())
    assert config["name"] == "tiny"
    (session, *_) = json.loads((tiny_run / "provenance.json").read_text())
    assert {"started", "command", "actloss", "libraries", "instruction_set", "git_commit", "workers"} <= set(session)


def test_arrays_survive_packing():
    values = np.array([0, 1, np.nan, -np.inf, 1e-45, np.pi], np.float32)
    np.testing.assert_array_equal(unpack(pack(values)), values)


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(UserError) as refusal:
        claim_folder(tmp_path)
    assert str(refusal.value) == (
        f"error: '{tmp_path}' holds something that is no run of actloss: 'thesis.tex'\n"
        "hint: choose another place with --results, or another name in the config"
    )
    assert refusal.value.code == ExitCode.RESULTS


def test_a_file_in_the_folders_place_is_named(tmp_path):
    (tmp_path / "grid").write_text("")
    with pytest.raises(UserError, match="is a file, not a folder"):
        claim_folder(tmp_path / "grid")


def test_a_missing_or_empty_results_folder_is_named(tmp_path):
    with pytest.raises(UserError, match="no such results folder") as refusal:
        runs_in(tmp_path / "nowhere")
    assert refusal.value.code == ExitCode.RESULTS
    with pytest.raises(UserError, match="holds no results of actloss"):
        runs_in(tmp_path)


def test_a_second_writer_is_kept_out_and_told_who_holds_the_folder(tmp_path):
    with locked(tmp_path):
        with pytest.raises(UserError, match=r"is in use by process \d+ on ") as refusal, locked(tmp_path):
            pass
        assert refusal.value.code == ExitCode.RESULTS
    with locked(tmp_path):
        pass


@pytest.mark.parametrize("damage", [b"not a database at all" * 100, b""])
def test_a_damaged_database_is_named_and_not_overwritten(copy, damage):
    path = copy / "results.sqlite"
    path.write_bytes(damage)
    with pytest.raises(UserError) as refusal:
        read_run(copy)
    assert refusal.value.code == ExitCode.RESULTS
    assert str(path) in str(refusal.value)
    assert path.read_bytes() == damage


def test_another_schema_is_named(copy):
    with sqlite3.connect(copy / "results.sqlite") as db:
        db.execute("UPDATE meta SET value = '999'")
    with pytest.raises(UserError, match="has schema 999, this actloss reads 6"):
        read_run(copy)


def test_missing_trials_are_counted(copy):
    some = "SELECT trial FROM trials WHERE phase = 'final' LIMIT 5"
    edit(copy / "results.sqlite", f"DELETE FROM trials WHERE trial IN ({some})")
    assert read_run(copy).n_missing == 5
