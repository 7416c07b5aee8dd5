"""A run is finished by running it again; equal seeds give equal results; a stack that raises costs its trials alone."""

import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from actloss_cli.config.expansion import expand
from actloss_cli.config.load import load_config
from actloss_cli.datasets import load
from actloss_cli.engine.outcome import TrialOutcome
from actloss_cli.engine.plain import PlainTraining
from actloss_cli.execute.local import LocalExecutor
from actloss_cli.execute.scheduler import Scheduler
from actloss_cli.execute.time_limits import TimeLimits
from actloss_cli.plan.plan import make_plan
from actloss_cli.store.reader import read_run
from actloss_cli.store.writer import StoreWriter
from tests.edited_store import edit
from tests.tiny_grid import TINY, actloss, write_tiny

pytestmark = pytest.mark.long


def results_of(folder):
    return read_run(folder).trials.drop(columns="elapsed_s").sort_values(["pairing_id", "phase", "lr", "seed"])


def test_two_runs_from_scratch_on_other_workers_give_equal_results(tiny_run, tmp_path):
    answer = actloss("run", write_tiny(tmp_path), "--results", "r", "--workers", 1, cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    one, other = results_of(tiny_run), results_of(tmp_path / "r" / "tiny")
    assert one.equals(other)


def test_a_stopped_run_is_finished_by_running_it_again(tiny_run, tmp_path):
    config = write_tiny(tmp_path, TINY.replace("epochs: 4", "epochs: 40"))
    command = [sys.executable, "-m", "actloss_cli", "run", str(config), "--results", "r"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    database = tmp_path / "r" / "tiny" / "results.sqlite"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (database.exists() and database.stat().st_size > 150_000):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "to go on, run again:" in errors
    assert f"actloss run {config} --results r" in errors
    partial = read_run(tmp_path / "r" / "tiny")
    assert partial.n_missing > 0
    assert len(partial.trials) > 0

    again = actloss("run", config, "--results", "r", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    whole = read_run(tmp_path / "r" / "tiny")
    assert whole.n_missing == 0
    kept = whole.trials.loc[partial.trials.index, "elapsed_s"]
    assert (kept == partial.trials["elapsed_s"]).all(), "stored trials are not trained again"


def test_a_finished_run_trains_nothing_again(tiny_run, tmp_path):
    before = (tiny_run / "results.sqlite").stat().st_size
    answer = actloss("run", tiny_run.parent.parent / "tiny.yaml", "--results", tiny_run.parent, cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert ", 0 of them trained now" in answer.stderr
    assert (tiny_run / "results.sqlite").stat().st_size == before


def test_a_longer_grid_keeps_the_trials_that_are_there(tiny_run, tmp_path):
    folder = shutil.copytree(tiny_run, tmp_path / "r" / "tiny")
    before = read_run(folder).trials
    config = write_tiny(tmp_path, TINY.replace("[relu, tanh]", "[relu, tanh, elu]").replace("final: 3", "final: 4"))
    answer = actloss("run", config, "--results", "r", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    after = read_run(folder).trials
    assert set(before.index) < set(after.index)
    assert (after.loc[before.index, "elapsed_s"] == before["elapsed_s"]).all()


@pytest.fixture
def stack():
    plan = make_plan(expand(load_config("smoke", ["training.epochs=1"])))
    group = next(iter(plan.groups()))
    return group.stacks(trial for planned in group.pairings for trial in planned.ask({}).missing)[0]


def test_a_stack_that_raises_is_tried_in_halves_and_its_trials_are_crashed_while_others_go_on(stack):
    changed = replace(stack.trials[0].task, fingerprint="other data")
    spoilt = replace(stack, trials=tuple(replace(trial, task=changed) for trial in stack.trials[:3]))
    with LocalExecutor(1, "cpu", TimeLimits({}, 600)) as executor:
        executor.submit(spoilt)
        executor.submit(replace(stack, trials=stack.trials[:2]))
        answers = []
        while (answer := executor.next_finished()) is not None:
            answers.append(answer)
    outcomes = {trial: outcome for part, found in answers for trial, outcome in zip(part.trials, found, strict=True)}
    assert len(outcomes) == 5
    for trial in spoilt.trials:
        assert outcomes[trial].status == "crashed"
        assert "the data of 'friedman1' changed" in outcomes[trial].message
    for trial in stack.trials[:2]:
        assert outcomes[trial].status == "done"


def test_crashed_trials_are_missing_to_the_next_session(tiny_run, tmp_path):
    folder = shutil.copytree(tiny_run, tmp_path / "r" / "tiny")
    some = "SELECT trial FROM trials LIMIT 4"
    edit(folder / "results.sqlite", f"UPDATE trials SET status = 'crashed', score = NULL WHERE trial IN ({some})")
    answer = actloss("run", write_tiny(tmp_path), "--results", "r", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert ", 4 of them trained now" in answer.stderr
    assert results_of(folder).equals(results_of(tiny_run))


def test_the_stacks_of_a_large_plan_are_made_as_workers_have_room(tmp_path):
    """However many groups there are, those that wait are few: memory doesn't grow with the number of trials."""
    plan = make_plan(expand(load_config("smoke", ["training.epochs=1"])))
    waiting, n_waiting = [], []

    class Executor:
        @property
        def has_room(self):
            return len(waiting) < 2

        has_finished = False
        submit = waiting.append

        def stop_handing_out(self):
            pass

        def next_finished(self):
            n_waiting.append(len(waiting))
            if not waiting:
                return None
            stack = waiting.pop(0)
            curve = {"validation_score": np.array([0.5], np.float32)}
            return stack, [TrialOutcome("done", None, {"score": 0.5}, curve, None, 1) for _ in stack.trials]

    with StoreWriter(tmp_path) as store:
        store.draft_plan(plan, "2025-01-01T00:00:00+00:00")
        scheduler = Scheduler(plan, store, Executor(), lambda progress: None)
        assert scheduler.count()
        scheduler.train()
    progress = scheduler.progress()
    assert progress.is_complete
    assert progress.n_done == progress.n_total == progress.n_fresh
    assert len(n_waiting) > 50
    assert max(n_waiting) <= 6


LOOPED = """\
name: looped
tasks: [{kind: binary, dataset: moons}]
activation: [relu, rrelu]
output: sigmoid
loss: bce
optimizer: [adam, muon, {name: lbfgs, line_search_fn: strong_wolfe}]
lr: [0.1, 0.01]
seeds: {tune: 1, final: 2}
model: {hidden: [4]}
training: {epochs: 2, batch_size: 256}
"""


def test_what_cannot_be_stacked_is_trained_by_the_plain_loop_and_says_so(tmp_path):
    (tmp_path / "looped.yaml").write_text(LOOPED)
    done = actloss("run", "looped.yaml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    trials = read_run(tmp_path / "results" / "looped").trials
    assert trials.groupby(trials["pairing_id"].str.split("/").str[-1])["way"].unique().map(list).to_dict() == {
        "adam": ["stack"],
        "lbfgs(line_search_fn=strong_wolfe)": ["loop"],
        "muon": ["loop"],
    }
    plan = make_plan(expand(load_config(str(tmp_path / "looped.yaml"))))
    planned = next(one for one in plan.pairings if one.id == "moons/rrelu/sigmoid/bce/muon")
    for trial in planned.ask({}).missing:
        alone = PlainTraining(trial, load(trial.task.dataset, "binary")).run()
        assert trials.loc[trial.id, "validation_score"] == alone.metrics["validation_score"]


def test_the_plan_says_how_many_trials_the_loop_trains(tmp_path):
    (tmp_path / "looped.yaml").write_text(LOOPED)
    answer = actloss("plan", "looped.yaml", cwd=tmp_path)
    assert "16 trials by the plain loop, one after another" in " ".join(answer.stdout.split())
