"""Parts become the run that they are parts of; what contradicts is refused, and nothing is overwritten."""

import json
import shutil
import sqlite3
from contextlib import closing

import pandas as pd
import pytest

from actloss_cli.errors import UserError
from actloss_cli.store.doctor import diagnose
from actloss_cli.store.folder import CONFIG, PROVENANCE
from actloss_cli.store.merge import RECORD, merge_runs
from actloss_cli.store.reader import read_curves, read_run
from tests.edited_store import edit
from tests.tiny_grid import actloss

ODD = "trial IN (SELECT trial FROM trials WHERE unicode(substr(trial, 1, 1)) % 2)"
"""About half of the trials, by their hashes."""


@pytest.fixture
def halves(tiny_run, tmp_path):
    """Two parts of the tiny run that share no trial."""
    parts = [shutil.copytree(tiny_run, tmp_path / "parts" / name) for name in ("here", "there")]
    edit(parts[0] / "results.sqlite", f"DELETE FROM trials WHERE {ODD}")
    edit(parts[1] / "results.sqlite", f"DELETE FROM trials WHERE NOT {ODD}")
    return parts


def assert_same_run(one, other):
    first, second = read_run(one), read_run(other)
    for table in ("tasks", "pairings", "trials"):
        pd.testing.assert_frame_equal(getattr(first, table), getattr(second, table), check_exact=True)
    assert {trial: rows.tobytes() for trial, rows in first.row_scores.items()} == {
        trial: rows.tobytes() for trial, rows in second.row_scores.items()
    }
    assert first.n_missing == second.n_missing
    assert first.thresholds == second.thresholds
    pd.testing.assert_frame_equal(read_curves(one), read_curves(other), check_exact=True)


def refusal(parts, target):
    with pytest.raises(UserError) as caught:
        merge_runs(parts, target)
    assert not target.exists()
    assert list(target.parent.glob(f".{target.name}*")) == []
    return caught.value.problems[0]


def test_parts_become_the_run_that_they_are_parts_of(tiny_run, halves, tmp_path):
    n_parts = [len(read_run(part).trials) for part in halves]
    merged = merge_runs(halves, tmp_path / "whole")
    assert merged.n_trials == sum(n_parts)
    assert min(n_parts) > 50
    assert merged.n_missing == 0
    assert_same_run(tmp_path / "whole", tiny_run)
    assert diagnose(tmp_path / "whole").faults == ()
    assert read_run(tmp_path / "whole").is_attested


def test_each_part_keeps_its_provenance(halves, tmp_path):
    merge_runs(halves, tmp_path / "whole")
    before = json.loads((halves[0] / PROVENANCE).read_text())
    sessions = json.loads((tmp_path / "whole" / PROVENANCE).read_text())
    assert sessions == [{"part": part, **session} for part in ("here", "there") for session in before]
    record = json.loads((tmp_path / "whole" / RECORD).read_text())
    assert record["parts"] == {"here": str(halves[0]), "there": str(halves[1])}
    assert (tmp_path / "whole" / CONFIG).read_text() == (halves[0] / CONFIG).read_text()


def test_a_trial_that_is_in_several_parts_counts_once(tiny_run, halves, tmp_path):
    copy = shutil.copytree(tiny_run, tmp_path / "parts" / "all")
    merged = merge_runs([halves[1], copy, halves[0]], tmp_path / "whole")
    assert merged.n_trials == len(read_run(tiny_run).trials)
    assert_same_run(tmp_path / "whole", tiny_run)


def test_a_trained_trial_counts_where_another_part_lost_it(tiny_run, tmp_path):
    parts = [shutil.copytree(tiny_run, tmp_path / "parts" / name) for name in ("lost", "trained")]
    some = "SELECT trial FROM trials ORDER BY trial LIMIT 9"
    edit(parts[0] / "results.sqlite", f"UPDATE trials SET status = 'crashed', score = NULL WHERE trial IN ({some})")
    merge_runs(parts, tmp_path / "whole")
    assert_same_run(tmp_path / "whole", tiny_run)


def test_what_no_part_has_is_missing(tiny_run, halves, tmp_path):
    edit(halves[1] / "results.sqlite", "DELETE FROM trials WHERE trial IN (SELECT trial FROM trials LIMIT 5)")
    assert merge_runs(halves, tmp_path / "whole").n_missing == 5
    assert read_run(tmp_path / "whole").n_missing == 5


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE trials SET score = score + 1e-9 WHERE status = 'done'",
        "UPDATE trials SET status = 'diverged', diverged_epoch = 3 WHERE status = 'done'",
        "UPDATE trials SET curve_validation_loss = curve_train_loss",
    ],
)
def test_other_numbers_for_the_same_trial_are_refused(tiny_run, tmp_path, change):
    parts = [shutil.copytree(tiny_run, tmp_path / "parts" / name) for name in ("one", "other")]
    edit(parts[1] / "results.sqlite", change)
    problem = refusal(parts, tmp_path / "whole")
    assert problem.message.startswith("'other' has other numbers for ")
    assert problem.message.split(", such as ")[1] in read_run(tiny_run).trials.index


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE settings SET value = '{}' WHERE key = 'thresholds'", "value of 'thresholds' differs: "),
        ("UPDATE tasks SET n_train = 7 WHERE task = 'moons'", "n_train of 'moons' differs: 750 before, 7 there"),
        ("DELETE FROM pairings WHERE pairing_id LIKE 'moons/relu/sigmoid/bce/%'", "it lacks 'moons/relu/sigmoid/bce/"),
        ("UPDATE predictions SET verdict = 'slow' WHERE verdict = 'works'", "verdict of '"),
    ],
)
def test_a_part_of_another_plan_is_refused_with_what_differs(tiny_run, tmp_path, change, said):
    parts = [shutil.copytree(tiny_run, tmp_path / "parts" / name) for name in ("one", "other")]
    edit(parts[1] / "results.sqlite", change)
    problem = refusal(parts, tmp_path / "whole")
    assert problem.message.startswith(f"'other' is no part of the same plan: {said}")


def test_a_damaged_part_is_refused(tiny_run, tmp_path):
    part = shutil.copytree(tiny_run, tmp_path / "parts" / "hurt")
    with closing(sqlite3.connect(part / "results.sqlite")) as db, db:
        db.execute("UPDATE trials SET score = 0.5")
    assert "don't match their checksums" in refusal([tiny_run, part], tmp_path / "whole").message


def test_nothing_is_overwritten_and_no_part_is_named_twice(tiny_run, halves, tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match="is there already, and a merge overwrites nothing"):
        merge_runs(halves, tmp_path / "there")
    assert (tmp_path / "there" / "notes.txt").read_text() == "mine"
    assert refusal([halves[0], halves[0]], tmp_path / "whole").message.endswith("is named twice")


def test_parts_of_other_configs_are_refused_with_the_settings_that_differ(tiny_run, tmp_path):
    other = shutil.copytree(tiny_run, tmp_path / "other")
    text = (other / CONFIG).read_text()
    (other / CONFIG).write_text(text.replace("epochs: 4", "epochs: 5"))
    answer = actloss("merge", tiny_run, other, "-o", "whole", cwd=tmp_path)
    assert answer.returncode == 3, answer.stderr
    assert "config: training.epochs 4 -> 5" in answer.stderr
    assert f"error: '{other}' was not asked for the same as '{tiny_run}'" in " ".join(answer.stderr.split())
    assert not (tmp_path / "whole").exists()
