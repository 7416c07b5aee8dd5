"""Workers that are killed, run out of memory or hang: their stack is tried again in parts, and the rest goes on."""

import os
import resource
import signal
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from actloss_cli.config.expansion import expand
from actloss_cli.config.load import load_config
from actloss_cli.execute.local import LocalExecutor
from actloss_cli.execute.time_limits import FACTOR, LEAST_S, TimeLimits
from actloss_cli.execute.worker_process import describe_exit
from actloss_cli.plan.plan import make_plan
from actloss_cli.store.reader import read_run
from studies.sessions import wait_for
from tests.tiny_grid import actloss


@pytest.fixture(scope="module")
def plan():
    return make_plan(expand(load_config("smoke", ["training.epochs=1"])))


@pytest.fixture(scope="module")
def stack(plan):
    group = next(iter(plan.groups()))
    return group.stacks(trial for planned in group.pairings for trial in planned.ask({}).missing)[0]


@pytest.fixture
def executor(plan):
    with LocalExecutor(1, "cpu", TimeLimits(plan.tasks, None)) as executor:
        yield executor


def endless(stack, n_trials):
    """Trials that train until they are ended, or nearly."""
    task = replace(stack.trials[0].task, training=replace(stack.trials[0].task.training, epochs=1_000_000))
    return replace(stack, trials=tuple(replace(trial, task=task) for trial in stack.trials[:n_trials]))


def outcomes(executor):
    """By trial its outcome, in the order in which they come back."""
    found = {}
    while (answer := executor.next_finished()) is not None:
        found |= dict(zip(answer[0].trials, answer[1], strict=True))
    return found


class Harm(threading.Thread):
    """Does something to each worker of an executor that trains a certain stack's trials, as soon as there is one."""

    def __init__(self, executor, trials, harm, times):
        super().__init__(daemon=True)
        self.executor, self.trials, self.harm, self.times = executor, set(trials), harm, times
        self.done = 0
        self.over = False

    def run(self):
        harmed = set()
        while not self.over and self.done < self.times:
            for worker in list(self.executor._workers):
                jobs = list(worker.jobs)
                pid = worker._process.pid
                if jobs and pid not in harmed and self.trials & set(jobs[0].stack.trials):
                    harmed.add(pid)
                    self.harm(pid)
                    self.done += 1
            time.sleep(0.002)


def test_a_worker_that_is_killed_costs_nothing_but_time(executor, stack):
    executor.submit(stack)
    harm = Harm(executor, stack.trials, lambda pid: os.kill(pid, signal.SIGKILL), 2)
    harm.start()
    found = outcomes(executor)
    assert harm.done == 2
    assert set(found) == set(stack.trials)
    assert {outcome.status for outcome in found.values()} <= {"done", "diverged"}


def test_trials_whose_workers_are_killed_every_time_are_crashed_with_the_signal_and_others_go_on(executor, stack):
    doomed = endless(stack, 2)
    fine = replace(stack, trials=stack.trials[:2])
    executor.submit(doomed)
    executor.submit(fine)
    harm = Harm(executor, doomed.trials, lambda pid: os.kill(pid, signal.SIGKILL), 10)
    harm.start()
    found = outcomes(executor)
    harm.over = True
    assert harm.done == 3, "the stack, then each of its trials"
    for trial in doomed.trials:
        assert found[trial].status == "crashed"
        assert found[trial].message.startswith("the worker process was ended by SIGKILL")
    assert {found[trial].status for trial in fine.trials} <= {"done", "diverged"}


def test_a_worker_without_memory_costs_its_trials_alone(executor, stack):
    wide = replace(stack.trials[0].task, model=replace(stack.trials[0].task.model, hidden=(4000, 4000)))
    hungry = replace(stack, trials=tuple(replace(trial, task=wide) for trial in stack.trials[:2]))
    fine = replace(stack, trials=stack.trials[:2])

    def starve(pid):
        held = int(Path(f"/proc/{pid}/statm").read_text().split()[0]) * resource.getpagesize()
        resource.prlimit(pid, resource.RLIMIT_AS, (held + 50_000_000, held + 50_000_000))

    executor.submit(hungry)
    executor.submit(fine)
    harm = Harm(executor, hungry.trials, starve, 10)
    harm.start()
    found = outcomes(executor)
    harm.over = True
    assert harm.done
    for trial in hungry.trials:
        assert found[trial].status == "crashed"
        assert "memory" in found[trial].message.lower()
    assert {found[trial].status for trial in fine.trials} <= {"done", "diverged"}


def test_a_worker_that_hangs_is_ended_and_its_trials_are_tried_in_parts_once(plan, stack):
    with LocalExecutor(1, "cpu", TimeLimits(plan.tasks, 1.0)) as executor:
        executor.submit(stack)
        harm = Harm(executor, stack.trials, lambda pid: os.kill(pid, signal.SIGSTOP), 1)
        harm.start()
        found = outcomes(executor)
    assert harm.done == 1
    assert {outcome.status for outcome in found.values()} <= {"done", "diverged"}


def test_trials_that_take_too_long_again_are_timeouts_and_others_go_on(plan, stack):
    slow, fine = endless(stack, 2), replace(stack, trials=stack.trials[:2])
    with LocalExecutor(1, "cpu", TimeLimits(plan.tasks, 0.5)) as executor:
        executor.submit(slow)
        executor.submit(fine)
        found = outcomes(executor)
    for trial in slow.trials:
        assert found[trial].status == "timeout"
        assert found[trial].message == "the trial took longer than 0.5 s"
    assert {found[trial].status for trial in fine.trials} <= {"done", "diverged"}


def test_a_worker_that_dies_while_it_waits_is_replaced(executor, stack):
    executor.submit(stack)
    assert len(outcomes(executor)) == len(stack.trials)
    (worker,) = executor._workers
    os.kill(worker._process.pid, signal.SIGKILL)
    wait_for(lambda: worker.is_dead)
    executor.submit(replace(stack, trials=stack.trials[:2]))
    assert len(outcomes(executor)) == 2
    assert executor._workers != [worker]


def test_a_run_that_was_suspended_has_not_waited(plan, stack):
    with LocalExecutor(1, "cpu", TimeLimits(plan.tasks, 30.0)) as executor:
        executor.submit(endless(stack, 1))
        executor._hand_out()
        executor._last_look -= 3600  # as after an hour with a closed lid, or of waiting for a slow disk
        executor._wait(executor._workers)
        assert executor._workers[0].waited_s <= 1.0


def test_the_limit_is_far_above_what_honest_stacks_take_and_never_below_minutes(plan, stack):
    limits = TimeLimits(plan.tasks, None)
    first = limits.of(stack)
    n_steps = len(stack.trials) * plan.tasks[stack.trials[0].task.label].steps_per_epoch
    # A plain PyTorch loop takes 0.4 ms for a step of one such model (docs/performance.md).
    assert first >= max(LEAST_S, 10 * n_steps * 4e-4)
    limits.note(stack, 60.0)
    assert limits.of(stack) == FACTOR * 60.0
    limits.note(stack, 1e-3)
    assert limits.of(stack) == FACTOR * 60.0
    assert TimeLimits(plan.tasks, 5.0).of(stack) == 5.0


def test_how_a_process_ended_is_told_in_words():
    assert describe_exit(-11) == "was ended by SIGSEGV"
    assert describe_exit(3) == "ended with exit code 3"


def test_a_run_with_trials_that_take_too_long_ends_with_a_notice_and_keeps_the_others(tmp_path):
    (tmp_path / "slow.yaml").write_text(
        "name: slow\n"
        "tasks:\n"
        "  - {kind: binary, dataset: moons, training: {epochs: 1000000}}\n"
        "  - {kind: binary, dataset: imbalanced, training: {epochs: 1}}\n"
        "activation: relu\noutput: sigmoid\nloss: bce\noptimizer: adam\nlr: 0.01\nseeds: {tune: 1, final: 2}\n"
    )
    answer = actloss("run", "slow.yaml", "--timeout", 2, cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert "\n1 trials crashed or took too long, and are tried again when you run this again; the first said:\n" in (
        answer.stderr
    )
    assert "the trial took longer than 2 s" in answer.stderr
    trials = read_run(tmp_path / "results" / "slow").trials
    assert trials["status"].value_counts().to_dict() == {"done": 3, "timeout": 1}
    with closing(sqlite3.connect(tmp_path / "results" / "slow" / "results.sqlite")) as db:
        (message,) = db.execute("SELECT message FROM trials WHERE status = 'timeout'").fetchone()
    assert message == "the trial took longer than 2 s"
