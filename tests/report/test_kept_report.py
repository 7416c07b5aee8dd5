"""A report that is asked for again says the same, at once; whatever it came from, a change of it is seen."""

import shutil
import subprocess
import sys
from dataclasses import fields

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from actloss_cli import side_by_side
from actloss_cli.errors import UserError
from actloss_cli.report import kept_report, run_report
from actloss_cli.report.kept_report import NOTE, keep, report_on
from actloss_cli.report.tables import is_written, write_report
from actloss_cli.store.data import RunFacts
from actloss_cli.store.folder import runs_in
from tests.edited_store import edit
from tests.tiny_grid import actloss, write_tiny


@pytest.fixture
def run(tiny_run, tmp_path):
    """A copy of a real one."""
    return shutil.copytree(tiny_run, tmp_path / "tiny", ignore=shutil.ignore_patterns("report"))


def _kept(run):
    """What was kept of the run, None where it is judged anew."""
    found = report_on(run, run / "report")
    return found if found.kept else None


def _first(run):
    """The run's first report, written without figures."""
    found = report_on(run, run / "report")
    assert found.kept is None
    write_report(found, run / "report", figures=False)
    return found


@pytest.fixture(scope="module")
def written(tiny_run, tmp_path_factory):
    """A run, and its first report, not to be written to."""
    folder = tmp_path_factory.mktemp("written") / "tiny"
    shutil.copytree(tiny_run, folder, ignore=shutil.ignore_patterns("report"))
    return folder, _first(folder)


@pytest.fixture
def reported(written, tmp_path):
    """A copy of it with its report."""
    return shutil.copytree(written[0], tmp_path / "tiny")


def _assert_same(again, first):
    for name in (field.name for field in fields(RunFacts) if field.name != "tasks"):
        assert getattr(again.facts, name) == getattr(first.facts, name), name
    for a, b in (
        (again.facts.tasks, first.facts.tasks),
        (again.analysis.pairings, first.analysis.pairings),
        (again.analysis.tasks, first.analysis.tasks),
        (again.shares, first.shares),
    ):
        assert_frame_equal(a, b, check_exact=True)
    assert again.analysis.references == first.analysis.references
    assert again.digests == first.digests
    assert_frame_equal(again.run.trials, first.run.trials)


def test_what_is_kept_is_what_was_said_to_the_last_digit_and_type(written):
    run, first = written
    _assert_same(_kept(run), first)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux alone")
def test_a_large_run_is_judged_by_copies_of_the_process_to_the_same_digits(run, monkeypatch):
    first = report_on(run, run / "report").analysis
    asked = []
    monkeypatch.setattr(kept_report, "_MANY_TRIALS", 0)
    monkeypatch.setattr(side_by_side, "default_workers", lambda: asked.append(1) or 2)
    again = report_on(run, run / "report").analysis
    assert asked
    assert_frame_equal(again.pairings, first.pairings, check_exact=True)


@pytest.mark.parametrize("sql", ["DELETE FROM trials WHERE seed % 2", "DELETE FROM trials"])
def test_so_it_is_of_unfinished_runs(sql, run):
    edit(run / "results.sqlite", sql)
    first = _first(run)
    assert first.facts.n_missing > 0
    _assert_same(_kept(run), first)


def test_so_it_is_of_a_shard(tmp_path):
    answer = actloss("run", write_tiny(tmp_path), "--shard", "1/3", "--results", "r", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    (shard,) = runs_in(tmp_path / "r")
    first = _first(shard)
    assert first.facts.shards
    _assert_same(_kept(shard), first)


def test_texts_and_numbers_of_every_kind_come_back():
    odd = {
        "score": pd.Series([float("nan"), float("inf"), -float("inf"), 0.1 + 0.2, 5e-324], dtype="float64"),
        "seeds": pd.Series([None, 2, 3, 4, 2**62], dtype="Int64"),
        "text": pd.Series(['"', "\n\\", "</script>", "\u202e\x1b", ""], dtype="str"),
        "works": pd.Series([True, False, True, False, True]),
    }
    frame = pd.DataFrame(odd).rename_axis("pairing_id")
    assert_frame_equal(kept_report._unpacked(kept_report._packed(frame)), frame, check_exact=True)


def test_the_command_says_the_same_the_first_time_and_again(run, tmp_path):
    asked = [(), ("--json",), ("--where", "optimizer=adam"), ("--only", "works", "--json")]

    def said():
        answers = [actloss("report", run, "--no-files", *options, cwd=tmp_path) for options in asked]
        assert [answer.returncode for answer in answers] == [0] * len(asked)
        return [answer.stdout for answer in answers]

    first = said()
    assert not (run / "report").exists()
    written = actloss("report", run, "--no-figures", cwd=tmp_path)
    assert written.returncode == 0, written.stderr
    state = {path: path.stat().st_mtime_ns for path in (run / "report").iterdir()}
    assert run / "report" / NOTE in state
    assert said() == first
    assert {path: path.stat().st_mtime_ns for path in (run / "report").iterdir()} == state


def test_files_that_are_still_right_are_kept_without_reading_a_trial(reported, monkeypatch):
    monkeypatch.setattr(kept_report, "read_run", pytest.fail)
    kept = _kept(reported)
    assert is_written(kept, reported / "report", figures=False)
    again = write_report(kept, reported / "report", figures=False)
    assert again.n_kept == len(again.paths) > 0


def test_a_file_that_is_gone_is_written_as_it_was(reported, tmp_path):
    path = reported / "report" / "pairings.csv"
    before = path.read_bytes()
    path.unlink()
    assert not is_written(_kept(reported), reported / "report", figures=False)
    answer = actloss("report", reported, "--no-figures", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert path.read_bytes() == before


def test_files_never_show_two_states_of_a_run(reported):
    kept = _kept(reported)
    (reported / "report" / "index.html").unlink()
    edit(reported / "results.sqlite", "DELETE FROM trials WHERE seed % 2")
    with pytest.raises(UserError, match="changed while its report was written"):
        write_report(kept, reported / "report", figures=False)
    assert not (reported / "report" / "index.html").exists()


@pytest.mark.parametrize("sql", ["UPDATE trials SET score = score / 2", "DELETE FROM trials", "VACUUM"])
def test_other_results_are_judged_anew(sql, reported):
    edit(reported / "results.sqlite", sql)
    assert _kept(reported) is None


def test_other_provenance_code_or_libraries_are_seen(reported, monkeypatch):
    provenance = reported / "provenance.json"
    text = provenance.read_text()
    provenance.write_text(f"{text} ")
    assert _kept(reported) is None
    provenance.unlink()
    assert _kept(reported) is None
    provenance.write_text(text)
    assert _kept(reported) is not None
    for name, other in (("version", str), ("code_state", lambda: ["edited.py (1, 2)"])):
        with monkeypatch.context() as patch:
            patch.setattr(kept_report, name, other)
            assert _kept(reported) is None
    assert _kept(reported) is not None


def test_a_run_that_moves_keeps_its_report_under_its_new_name(reported):
    moved = reported.rename(reported.with_name("moved"))
    again = _kept(moved)
    assert (again.facts.name, again.facts.path) == ("moved", str(moved))


def test_nothing_is_kept_of_a_run_that_changed_while_it_was_judged(run):
    found = report_on(run, run / "report")
    edit(run / "results.sqlite", "UPDATE trials SET elapsed_s = 1")
    (run / "report").mkdir()
    keep(found, run / "report")
    assert not (run / "report" / NOTE).exists()


def test_nothing_is_kept_or_taken_while_a_commit_is_under_way(reported):
    journal = reported / "results.sqlite-journal"
    journal.write_bytes(b"")
    found = report_on(reported, reported / "report")
    assert found.kept is None
    (reported / "report" / NOTE).unlink()
    keep(found, reported / "report")
    assert not (reported / "report" / NOTE).exists()


@pytest.mark.parametrize("spoil", [lambda _: "", lambda _: "[1]", lambda text: text[:-1], lambda text: text + " "])
def test_a_damaged_note_only_costs_time(spoil, reported):
    note = reported / "report" / NOTE
    note.write_text(spoil(note.read_text()))
    assert _kept(reported) is None


def test_a_digit_that_flipped_is_shown_to_nobody(reported):
    note = reported / "report" / NOTE
    text = note.read_text()
    place = text.index("0.", text.index('"score"'))
    note.write_text(f"{text[: place + 2]}{(int(text[place + 2]) + 1) % 10}{text[place + 3 :]}")
    assert _kept(reported) is None


def test_a_note_that_cannot_be_written_costs_the_report_nothing(run):
    (run / "report" / NOTE).mkdir(parents=True)
    written = write_report(report_on(run, run / "report"), run / "report", figures=False)
    assert all(path.exists() for path in written.paths)
    assert not [path for path in (run / "report").iterdir() if path.name.endswith(".new")]
    assert _kept(run) is None


def test_a_kept_report_imports_neither_scipys_functions_nor_what_trains_or_draws(reported):
    program = (
        "import sys; from pathlib import Path; from actloss_cli.report.kept_report import report_on\n"
        "from actloss_cli.report.terminal import render_report; from rich.console import Console\n"
        "run = Path(sys.argv[1]); found = report_on(run, run / 'report'); render_report(Console(), found)\n"
        "assert found.kept and not {'scipy.special', 'torch', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program, reported], check=True, capture_output=True)


def test_a_first_report_finds_its_shares_out_once(run, monkeypatch):
    calls = []
    shares = run_report.variance_shares
    monkeypatch.setattr(run_report, "variance_shares", lambda *args: calls.append(1) or shares(*args))
    _first(run)
    assert calls == [1]
