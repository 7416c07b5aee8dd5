"""A stop hands out nothing more, loses nothing that is stored, and is never taken for completion."""

import os
import shutil
import signal
import time
from collections import deque
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from actloss_cli.cli.app import app
from actloss_cli.config.expansion import expand
from actloss_cli.config.load import load_config
from actloss_cli.execute.local import LocalExecutor
from actloss_cli.execute.scheduler import Scheduler
from actloss_cli.execute.time_limits import TimeLimits
from actloss_cli.plan.plan import make_plan
from actloss_cli.store.completion import NOTE
from actloss_cli.store.reader import read_run
from actloss_cli.store.writer import StoreWriter
from tests.tiny_grid import TINY, actloss, write_tiny

pytestmark = pytest.mark.long


@pytest.fixture
def handlers():
    """A run inside another program, as here, gives that program's answers to signals back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    after = {number: signal.getsignal(number) for number in before}
    for number, handler in before.items():
        signal.signal(number, handler)
    assert after == before


def interrupt_in(monkeypatch, k):
    """Ctrl-C inside the k-th group that is counted."""
    n_calls = 0
    set_asked = StoreWriter.set_asked

    def interrupted(store, asked):
        nonlocal n_calls
        n_calls += 1
        if n_calls == k:
            os.kill(os.getpid(), signal.SIGINT)
        set_asked(store, asked)

    monkeypatch.setattr(StoreWriter, "set_asked", interrupted)


@pytest.mark.parametrize("k", [1, 5])
def test_a_new_run_that_is_stopped_while_its_groups_are_counted_is_not_complete(monkeypatch, handlers, tmp_path, k):
    config = write_tiny(tmp_path)
    interrupt_in(monkeypatch, k)
    answer = CliRunner().invoke(app, ["run", str(config), "--results", str(tmp_path / "r")])
    assert answer.exit_code == 130, answer.stderr
    assert "stopped before it was known what is missing" in answer.stderr
    assert "done" not in answer.stderr
    assert not (tmp_path / "r" / "tiny" / NOTE).exists()
    assert len(read_run(tmp_path / "r" / "tiny").trials) == 0


@pytest.mark.parametrize("k", [1, 5])
def test_a_resumed_run_that_is_stopped_while_its_groups_are_counted_stays_as_it_was(
    tiny_run, monkeypatch, handlers, tmp_path, k
):
    folder = shutil.copytree(tiny_run, tmp_path / "r" / "tiny")
    longer = write_tiny(tmp_path, TINY.replace("final: 3", "final: 4"))
    before = read_run(folder)
    interrupt_in(monkeypatch, k)
    answer = CliRunner().invoke(app, ["run", str(longer), "--results", str(tmp_path / "r")])
    assert answer.exit_code == 130, answer.stderr
    assert not (folder / NOTE).exists()
    after = read_run(folder)
    assert after.trials.equals(before.trials)
    assert after.tasks.equals(before.tasks)
    assert after.n_missing == 0
    assert (folder / "config.yaml").read_text() == (tiny_run / "config.yaml").read_text()

    again = actloss("run", longer, "--results", "r", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert read_run(folder).n_missing == 0
    assert len(read_run(folder).trials) > len(before.trials)


def test_a_run_that_is_stopped_is_not_noted_as_complete_though_its_last_stack_came_back(
    tiny_run, monkeypatch, handlers, tmp_path
):
    folder = shutil.copytree(tiny_run, tmp_path / "r" / "tiny")
    monkeypatch.setattr(LocalExecutor, "next_finished", lambda _: os.kill(os.getpid(), signal.SIGINT))
    answer = CliRunner().invoke(app, ["run", str(write_tiny(tmp_path)), "--results", str(tmp_path / "r")])
    assert answer.exit_code == 130, answer.stderr
    assert not (folder / NOTE).exists()


class SilentStore:
    """Notes nothing; calls `at_note` whenever a group's needs are noted."""

    def __init__(self, at_note):
        self._at_note = at_note

    def curves_of(self, trial_ids):
        return {}

    def set_asked(self, asked):
        self._at_note()

    def flush(self):
        pass

    def put_in_force(self):
        pass


def test_a_run_that_is_stopped_while_it_asks_hands_out_nothing_more():
    plan = make_plan(expand(load_config("smoke", ["seeds.tune=100"])))
    first, second, *_ = plan.groups()
    for group in (first, second):
        assert len(group.stacks(trial for planned in group.pairings for trial in planned.ask({}).missing)) > 1
    handed = []

    class Executor:
        has_room = True
        submit = handed.append

        def stop_handing_out(self):
            handed.clear()

        def next_finished(self):
            return None

    def stop_in_the_second_group():
        if handed:
            scheduler.stop()

    scheduler = Scheduler(plan, SilentStore(stop_in_the_second_group), Executor(), lambda progress: None)
    assert scheduler.count()
    scheduler.train()
    assert handed == []
    assert scheduler.progress().stopped


@pytest.mark.parametrize("k", [1, 3])
def test_the_total_is_unknown_until_every_group_is_counted(k):
    plan = make_plan(expand(load_config("smoke")))
    n_noted = 0

    def stop_in_the_kth_group():
        nonlocal n_noted
        n_noted += 1
        if n_noted == k:
            scheduler.stop()

    class Executor:
        def stop_handing_out(self):
            pass

    totals = []
    scheduler = Scheduler(
        plan, SilentStore(stop_in_the_kth_group), Executor(), lambda progress: totals.append(progress.n_total)
    )
    assert not scheduler.count()
    assert n_noted == k
    assert set(totals) <= {None}
    progress = scheduler.progress()
    assert progress.n_total is None
    assert progress.stopped
    assert not progress.is_complete


@pytest.fixture(scope="module")
def stack():
    plan = make_plan(expand(load_config("smoke", ["training.epochs=1"])))
    group = next(iter(plan.groups()))
    return group.stacks(trial for planned in group.pairings for trial in planned.ask({}).missing)[0]


def lasting(stack, seconds):
    """One trial that trains for about so long."""
    trial = stack.trials[0]
    task = replace(trial.task, training=replace(trial.task.training, epochs=round(seconds * 400)))
    return replace(stack, trials=(replace(trial, task=task),))


def wait_for(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def all_answers(executor):
    answers = []
    while (answer := executor.next_finished()) is not None:
        answers.append(answer)
    return answers


def test_a_stop_waits_for_the_stacks_that_are_being_trained_alone(stack):
    first, second = lasting(stack, 3), replace(stack, trials=stack.trials[:2])
    with LocalExecutor(1, "cpu", TimeLimits({}, 600)) as executor:
        executor.submit(first)
        executor.submit(second)
        executor._hand_out()
        (worker,) = executor._workers
        assert [job.stack for job in worker.jobs] == [first, second]
        executor.stop_handing_out()
        executor.submit(second)
        assert [part for part, _ in all_answers(executor)] == [first]


def test_a_stack_that_fails_after_a_stop_is_not_tried_again(stack):
    changed = replace(stack.trials[0].task, fingerprint="other data")
    spoilt = replace(stack, trials=tuple(replace(trial, task=changed) for trial in stack.trials[:3]))
    with LocalExecutor(1, "cpu", TimeLimits({}, 600)) as executor:
        executor.submit(spoilt)
        executor._hand_out()
        wait_for(executor._workers[0]._connection.poll)
        executor.stop_handing_out()
        assert all_answers(executor) == []


def test_a_signal_between_looking_for_a_stack_and_taking_it_does_no_harm(stack):
    class Waiting(deque):
        def __bool__(self):
            is_there = len(self) > 0
            executor.stop_handing_out()
            return is_there

    with LocalExecutor(1, "cpu", TimeLimits({}, 600)) as executor:
        executor._waiting = Waiting()
        executor.submit(replace(stack, trials=stack.trials[:2]))
        executor._hand_out()
        assert len(all_answers(executor)) <= 1
