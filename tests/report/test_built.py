"""What of a report is made anew: what comes from something else than before, what is gone, what was touched."""

from dataclasses import replace

import pytest

from actloss_cli.analysis.pairings import analyse
from actloss_cli.report.built import Built, Part, task_digests
from actloss_cli.report.run_report import RunReport
from actloss_cli.report.tables import write_report

from .synthetic import SyntheticTask, make_run

SMALL = {"activations": ("relu",), "outputs": ("sigmoid",), "losses": ("bce", "mse"), "optimizers": ("sgd", "adam")}


@pytest.fixture(scope="module")
def two_tasks():
    return make_run([SyntheticTask("first", **SMALL), SyntheticTask("second", **SMALL)])


def test_a_report_on_the_same_run_makes_nothing_anew(two_tasks, tmp_path):
    first = write_report(RunReport.of(two_tasks), tmp_path)
    bytes_of = {path: path.read_bytes() for path in first.paths}
    again = write_report(RunReport.of(two_tasks), tmp_path)
    assert (first.n_kept, again.n_kept) == (0, len(first.paths))
    assert sorted(again.paths) == sorted(first.paths)
    assert {path: path.read_bytes() for path in again.paths} == bytes_of


def test_a_change_in_one_task_leaves_the_other_tasks_figures(two_tasks, tmp_path):
    write_report(RunReport.of(two_tasks), tmp_path)
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "figures").iterdir()}
    trials = two_tasks.trials.copy()
    of_second = trials["pairing_id"].map(two_tasks.pairings["task"]) == "second"
    trials.loc[of_second, "validation_score"] -= 0.001
    changed = replace(two_tasks, trials=trials)
    write_report(RunReport.of(changed), tmp_path)
    fresh = {path.name for path, time in times.items() if path.stat().st_mtime_ns != time}
    assert any(name.startswith("second-") for name in fresh)
    assert not any(name.startswith("first-") for name in fresh)


@pytest.mark.parametrize("spoil", [lambda path: path.unlink(), lambda path: path.write_text("mine")])
def test_a_file_that_is_gone_or_was_touched_is_made_anew(spoil, tmp_path):
    path = tmp_path / "a.txt"

    def write():
        path.write_text("made")
        yield path

    Built(tmp_path).make([Part("a", "digest", write)])
    assert Built(tmp_path).make([Part("a", "digest", write)]).n_kept == 1
    spoil(path)
    assert Built(tmp_path).make([Part("a", "digest", write)]).n_kept == 0
    assert path.read_text() == "made"


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"a": 1}', '{"a": {"digest": "digest", "files": ["a.txt"]}}'])
def test_a_damaged_note_only_costs_time(text, tmp_path):
    (tmp_path / ".built.json").write_text(text)

    def write():
        (tmp_path / "a.txt").write_text("made")
        yield tmp_path / "a.txt"

    assert Built(tmp_path).make([Part("a", "digest", write)]).n_kept == 0


def test_digests_differ_by_curve_verdict_and_reference(two_tasks):
    analysis = analyse(two_tasks)
    before = task_digests(two_tasks, analysis)
    curves = two_tasks.validation_score.copy()
    curves[0, 0] += 0.01
    assert task_digests(replace(two_tasks, validation_score=curves), analysis) != before
    verdicts = analysis.pairings.assign(verdict="works")
    assert task_digests(two_tasks, replace(analysis, pairings=verdicts)) != before
    assert task_digests(two_tasks, replace(analysis, references={})) != before
