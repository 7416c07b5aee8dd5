"""A report that is asked for again says the same, at once; whatever it came from, a change of it is seen."""

import json
import shutil
import subprocess
import sys

import pytest
from pandas.testing import assert_frame_equal

from actloss_cli.report import kept_report
from actloss_cli.report.kept_report import NOTE, keep, report_on
from actloss_cli.report.tables import write_report
from tests.edited_store import edit


@pytest.fixture
def run(tiny_run, tmp_path):
    """A copy of a real one."""
    return shutil.copytree(tiny_run, tmp_path / "tiny", ignore=shutil.ignore_patterns("report"))


def _kept(run):
    """What was kept of the run, None where it had to be judged anew."""
    found = report_on(run, run / "report")
    return found if found.derived else None


@pytest.fixture
def fresh(run):
    """The run's first report, written without figures."""
    found = report_on(run, run / "report")
    assert found.derived is None
    write_report(found, run / "report", figures=False)
    return found


def test_what_is_kept_is_what_was_said_to_the_last_digit_and_type(run, fresh):
    again = _kept(run)
    for a, b in (
        (again.analysis.pairings, fresh.analysis.pairings),
        (again.analysis.tasks, fresh.analysis.tasks),
        (again.facts.tasks, fresh.facts.tasks),
        (again.shares, fresh.shares),
    ):
        assert_frame_equal(a, b, check_exact=True)
    assert again.analysis.references == fresh.analysis.references
    assert again.digests == fresh.digests
    for name in ("name", "path", "n_trials", "n_missing", "thresholds", "shards", "predictions", "is_attested"):
        assert getattr(again.facts, name) == getattr(fresh.facts, name), name
    assert_frame_equal(again.run.trials, fresh.run.trials)


def test_files_that_are_still_right_are_kept_without_reading_a_trial(run, fresh, monkeypatch):
    monkeypatch.setattr(kept_report, "read_run", pytest.fail)
    again = write_report(_kept(run), run / "report", figures=False)
    assert again.n_kept == len(again.paths) > 0


def test_a_file_that_is_gone_is_written_as_it_was(run, fresh):
    path = run / "report" / "pairings.csv"
    before = path.read_bytes()
    path.unlink()
    write_report(_kept(run), run / "report", figures=False)
    assert path.read_bytes() == before


@pytest.mark.parametrize("sql", ["UPDATE trials SET score = score / 2", "DELETE FROM trials", "VACUUM"])
def test_other_results_are_judged_anew(sql, run, fresh):
    edit(run / "results.sqlite", sql)
    assert _kept(run) is None


def test_other_provenance_code_or_libraries_are_seen(run, fresh, monkeypatch):
    provenance = run / "provenance.json"
    text = provenance.read_text()
    provenance.write_text(f"{text} ")
    assert _kept(run) is None
    provenance.write_text(text)
    assert _kept(run) is not None
    monkeypatch.setattr(kept_report, "version", lambda name: f"{name} of tomorrow")
    assert _kept(run) is None
    monkeypatch.undo()
    monkeypatch.setattr(kept_report, "code_state", lambda: ["edited.py (1, 2)"])
    assert _kept(run) is None


def test_a_run_that_moves_keeps_its_report_under_its_new_name(run, fresh):
    moved = run.rename(run.with_name("moved"))
    again = _kept(moved)
    assert (again.facts.name, again.facts.path) == ("moved", str(moved))


def test_nothing_is_kept_of_a_run_that_changed_while_it_was_judged(run):
    found = report_on(run, run / "report")
    edit(run / "results.sqlite", "UPDATE trials SET elapsed_s = 1")
    (run / "report").mkdir()
    keep(found, run / "report")
    assert not (run / "report" / NOTE).exists()


def test_nothing_is_kept_of_what_a_commit_that_was_cut_off_left(run, fresh):
    (run / "results.sqlite-journal").write_bytes(b"")
    assert _kept(run) is None


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"origin": 1}'])
def test_a_damaged_note_only_costs_time(text, run, fresh):
    (run / "report" / NOTE).write_text(text)
    assert _kept(run) is None


@pytest.mark.parametrize("key", ["pairings", "thresholds", "predictions", "digests"])
def test_a_note_that_lacks_something_only_costs_time(key, run, fresh):
    note = run / "report" / NOTE
    kept = json.loads(note.read_text())
    del kept[key]
    note.write_text(json.dumps(kept))
    assert _kept(run) is None


def test_a_kept_report_imports_neither_scipys_functions_nor_what_reads_arrays(run, fresh):
    program = (
        "import sys; from pathlib import Path; from actloss_cli.report.kept_report import report_on\n"
        "from actloss_cli.report.terminal import render_report; from rich.console import Console\n"
        "run = Path(sys.argv[1]); render_report(Console(), report_on(run, run / 'report'))\n"
        "assert not {'scipy.special', 'torch', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program, run], check=True, capture_output=True)
