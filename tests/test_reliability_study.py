"""The study of faults notices a lost, a changed and a doubled trial, and its page says what was counted."""

import random
import shutil
from collections import Counter

import pytest

from actloss_cli.store.provenance import describe_session
from actloss_cli.store.writer import StoreWriter
from studies import faults, reliability
from studies.durability import Durability, Timing, measure_durability
from studies.fault_bench import Bench, NotSurvivedError
from studies.reliability_page import WHAT_HAPPENS, write_page
from studies.sessions import stored
from tests.edited_store import edit


@pytest.fixture
def bench(tiny_run, tmp_path):
    """As if the tiny run were a grid half done: its folder may be spoilt."""
    bench = Bench(tmp_path, random.Random(0))
    shutil.copytree(tiny_run, bench.folder)
    bench.kept = stored(bench.folder)
    bench.whole = {**bench.kept, "another": ()}
    return bench


def test_nothing_is_lost_where_nothing_happened(bench):
    assert bench.look() == 0
    assert bench.n_finished == 0


@pytest.mark.parametrize(
    ("harm", "n_lost"),
    [
        ("DELETE FROM trials WHERE trial IN (SELECT trial FROM trials LIMIT 3)", 3),
        ("UPDATE trials SET score = score + 1e-9 WHERE trial IN (SELECT trial FROM trials WHERE score < 1 LIMIT 2)", 2),
        ("UPDATE trials SET curve_train_loss = x'00' WHERE trial = (SELECT min(trial) FROM trials)", 1),
    ],
)
def test_a_lost_or_altered_trial_is_counted(bench, harm, n_lost):
    edit(bench.database, harm)
    assert bench.look() == n_lost


def test_a_finished_grid_with_other_numbers_is_not_survived(bench):
    bench.whole = stored(bench.folder)
    edit(bench.database, "UPDATE trials SET score = score + 1e-9 WHERE score < 1")
    with pytest.raises(NotSurvivedError, match="other numbers"):
        bench.look()


def test_a_finished_grid_is_begun_anew(bench):
    bench.whole = stored(bench.folder)
    assert bench.look() == 0
    assert bench.n_finished == 1
    assert not bench.folder.exists()


def test_a_fault_that_does_not_happen_is_tried_again_and_harm_is_told(bench, monkeypatch, capsys):
    answers = iter([False, False, True])
    monkeypatch.setitem(faults.FAULTS, "lazy", lambda bench: next(answers))

    def harmful(bench):
        raise NotSurvivedError("gone")

    monkeypatch.setitem(faults.FAULTS, "harmful", harmful)
    tally = reliability.Tally()
    tally.make("lazy", bench)
    tally.make("harmful", bench)
    assert tally.tried == Counter(lazy=1, harmful=1)
    assert tally.survived == Counter(lazy=1)
    assert tally.failures == ["harmful: gone"]
    assert "harmful: gone" in capsys.readouterr().err


def test_the_page_has_a_row_for_every_fault_with_what_was_counted(bench, tmp_path):
    assert list(WHAT_HAPPENS) == list(faults.FAULTS)
    tried = Counter(dict.fromkeys(WHAT_HAPPENS, 7))
    safe, loose = Timing(1000, 50, 0.5, 40.0), Timing(1000, 50, 0.1, 32.0)
    cost = Durability(((safe, loose), (loose, loose), (safe, safe)))
    write_page(tried, tried, Counter(), bench, cost, describe_session("cpu", 2), tmp_path)
    text = (tmp_path / "reliability.md").read_text()
    for name, what in WHAT_HAPPENS.items():
        assert f"| {name} | {what} | 7 | 7 | 0 |\n" in text
    assert "while workers train on | 1.2 % |" in text
    assert "waits for the disk | 0.0 % |" in text
    assert "of its pair | 1.000 (1.000 to 1.250) |" in text


def test_durability_is_measured_on_real_runs_and_the_store_is_left_as_it_was(monkeypatch):
    plain = {name: getattr(StoreWriter, name) for name in ("__enter__", "commit", "flush", "put_in_force")}
    settings = []
    commit = StoreWriter.commit

    def noted(store, *arguments):
        settings.append(store._connection.execute("PRAGMA synchronous").fetchone()[0])
        return commit(store, *arguments)

    monkeypatch.setattr(StoreWriter, "commit", noted)
    changes = ("activation=relu", "seeds.tune=1", "seeds.final=2", "training.epochs=1", "lr=0.1")
    cost = measure_durability(1, "smoke", changes)
    monkeypatch.undo()
    ((safe, loose),) = cost.pairs
    # the first run warms up; how many stacks share a commit hangs on when they finish
    assert settings[-loose.n_commits :] == [0] * loose.n_commits
    assert set(settings[: -loose.n_commits]) == {2}
    assert len(settings) > safe.n_commits + loose.n_commits
    assert 0 < safe.storing_s < safe.elapsed_s
    assert safe.n_trials == loose.n_trials > 0
    assert {name: getattr(StoreWriter, name) for name in plain} == plain
