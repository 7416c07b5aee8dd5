"""Rows that workers pack are what SQLite gives back of them; what finished together is one commit."""

import math
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from actloss_cli.config.expansion import expand
from actloss_cli.config.load import load_config
from actloss_cli.engine.outcome import TrialOutcome
from actloss_cli.execute import scheduler
from actloss_cli.plan.plan import make_plan
from actloss_cli.store.blobs import unpack
from actloss_cli.store.checksums import COLUMNS, insert, insert_whole, is_sound, with_checksum
from actloss_cli.store.packed import pack_outcomes
from actloss_cli.store.schema import ARRAYS, DDL
from actloss_cli.store.writer import StoreWriter


@pytest.fixture(scope="module")
def plan():
    return make_plan(expand(load_config("smoke", ["training.epochs=1"])))


@pytest.fixture(scope="module")
def stack(plan):
    group = next(iter(plan.groups()))
    return group.stacks(trial for planned in group.pairings for trial in planned.ask({}).missing)[0]


@pytest.mark.parametrize("value", [0.1, 3, -0.0, math.nan, math.inf, np.float32(0.1), np.int64(3), None])
def test_a_row_comes_back_as_it_was_packed_and_as_sqlite_would_have_made_it(stack, value):
    outcome = TrialOutcome("done", np.int64(2), {"score": value}, {}, None, np.int64(7), None, np.float64(0.5), "ä\n")
    (packed, *_) = pack_outcomes(stack, [outcome] * len(stack.trials))
    row = packed.row
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(DDL)
        db.execute(insert_whole("trials"), row)
        (stored,) = db.execute("SELECT * FROM trials")
    assert stored == row
    assert list(map(type, stored)) == list(map(type, row))
    assert is_sound("trials", stored)
    score = row[COLUMNS["trials"].index("score")]
    assert score == (None if value is None or math.isnan(value) else float(value))
    assert math.copysign(1, score or 0.0) == 1


def test_rows_that_the_driver_makes_have_the_checksums_of_rows_that_workers_make():
    from actloss_cli.store.checksums import add_checksum

    cells = ("pairing", "[]", 3)
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(DDL)
        add_checksum(db)
        db.execute(insert("asked"), cells)
        assert db.execute("SELECT * FROM asked").fetchone() == with_checksum("asked", cells)


def test_a_trial_without_curves_gets_one_of_nans(stack):
    (packed, *_) = pack_outcomes(stack, [TrialOutcome("crashed", message="no")] * len(stack.trials))
    arrays = {name: packed.row[COLUMNS["trials"].index(name)] for name in ARRAYS}
    assert [name for name, points in arrays.items() if points is not None] == ["curve_validation_score"]
    points = unpack(arrays["curve_validation_score"])
    assert np.isnan(points).tolist() == [True] * stack.trials[0].task.training.epochs


@pytest.mark.parametrize(("most", "n_together"), [(10**6, 3), (1, 1)])
def test_what_has_finished_together_is_stored_in_one_transaction(tmp_path, monkeypatch, plan, most, n_together):
    """Up to so many trials; here an executor gives three stacks at a time."""
    monkeypatch.setattr(scheduler, "TRIALS_PER_COMMIT", most)
    waiting, ready, sizes = [], [], []

    class Executor:
        @property
        def has_room(self):
            return len(waiting) < 3

        @property
        def has_finished(self):
            return bool(ready)

        submit = waiting.append

        def stop_handing_out(self):
            pass

        def next_finished(self):
            if not ready:
                ready.extend(waiting[:3])
                del waiting[:3]
            if not ready:
                return None
            stack = ready.pop(0)
            curve = {"validation_score": np.array([0.5], np.float32)}
            return stack, [TrialOutcome("done", None, {"score": 0.5}, curve, None, 1) for _ in stack.trials]

    class Store(StoreWriter):
        def commit(self, finished):
            sizes.append(len(finished))
            super().commit(finished)

    with Store(tmp_path) as store:
        store.draft_plan(plan, "2025-01-01T00:00:00+00:00")
        run = scheduler.Scheduler(plan, store, Executor(), lambda progress: None)
        assert run.count()
        run.train()
    assert run.progress().is_complete
    assert max(sizes) == n_together
