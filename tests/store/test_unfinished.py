"""A run at its very beginning reads, and has an analysis: no stored trial, no valid pairing, no plan yet."""

import shutil

import pytest

from actloss_cli.analysis import analyse
from actloss_cli.report.export import diagnostics_table, pairings_table, trials_table
from actloss_cli.report.summary import summary_json
from actloss_cli.store.reader import read_curves, read_run
from actloss_cli.store.writer import StoreWriter
from tests.edited_store import edit
from tests.tiny_grid import N_PAIRINGS


@pytest.fixture
def copy(tiny_run, tmp_path):
    """A run's folder to spoil."""
    return shutil.copytree(tiny_run, tmp_path / "tiny")


@pytest.mark.parametrize(
    ("spoil", "verdict"),
    [
        ("", "incomplete"),
        ("UPDATE asked SET trials = '[]', n_later = 3", "incomplete"),
        ("UPDATE asked SET trials = '[]', n_later = 0; UPDATE pairings SET invalid = 'no coding'", "invalid"),
    ],
)
def test_a_run_without_trials_has_curves_of_its_epochs_and_verdicts(copy, spoil, verdict):
    edit(copy / "results.sqlite", f"DELETE FROM trials; {spoil}")
    run = read_run(copy)
    assert run.validation_score.shape == (0, 4)
    analysis = analyse(run)
    assert len(analysis.pairings) == N_PAIRINGS
    assert verdict in set(analysis.pairings["verdict"]) <= {verdict, "invalid"}
    assert len(trials_table(run)) == len(diagnostics_table(run)) == 0
    assert len(pairings_table(analysis)) == N_PAIRINGS
    assert '"n_trials": 0' in summary_json(run.facts, analysis)
    assert len(read_curves(copy)) == 0


def test_a_run_that_was_stopped_before_its_plan_is_empty(tmp_path):
    with StoreWriter(tmp_path):
        pass
    run = read_run(tmp_path)
    assert run.validation_score.shape == (0, 0)
    assert list(diagnostics_table(run).columns) == ["trial", "epoch", "name", "layer", "value"]
    assert len(analyse(run).pairings) == 0


def test_a_database_that_nothing_was_committed_to_is_begun_again(tmp_path):
    (tmp_path / "results.sqlite").touch()
    with StoreWriter(tmp_path):
        pass
    assert read_run(tmp_path).n_missing == 0
