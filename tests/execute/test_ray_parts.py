"""What the Ray executor is made of and needs no cluster: batches, the alarm, what nodes must share, a missing Ray."""

import subprocess
import sys
import time
from dataclasses import replace

import pytest

from actloss_cli.config.expansion import expand
from actloss_cli.config.load import load_config
from actloss_cli.errors import UserError
from actloss_cli.execute.jobs import Failure, Job, given_up, parts_to_retry
from actloss_cli.execute.ray_cluster.alarm import TookTooLong, at_most
from actloss_cli.execute.ray_cluster.batches import BATCH_S, BatchQueue
from actloss_cli.execute.ray_cluster.software import differences, software_here
from actloss_cli.plan.plan import make_plan
from tests.tiny_grid import actloss, write_tiny


@pytest.fixture(scope="module")
def stacks():
    """Stacks of two tasks, the first task's first."""
    plan = make_plan(expand(load_config("smoke", ["training.epochs=1"])))
    groups = [group for group in plan.groups() if group.key[0] in list(plan.tasks)[:2]]
    return [
        stack
        for group in groups
        for stack in group.stacks(trial for planned in group.pairings for trial in planned.ask({}).missing)
    ]


def queue_of(stacks):
    queue = BatchQueue()
    for stack in stacks:
        queue.put(Job(stack))
    return queue


def test_while_nothing_is_known_of_their_cost_stacks_go_one_by_one(stacks):
    queue = queue_of(stacks)
    assert queue.seconds == BATCH_S * len(stacks)
    assert [job.stack for job in queue.next_batch(2)] == [stacks[0]]


def test_cheap_stacks_of_one_task_go_together_up_to_the_time_that_a_task_should_take(stacks):
    queue = queue_of(stacks)
    first = stacks[0].trials[0].task.label
    per_stack = BATCH_S / 3
    queue.note(stacks[0], per_stack)
    alike = [stack for stack in stacks if stack.trials[0].task.label == first]
    assert {len(stack.trials) for stack in alike} == {len(stacks[0].trials)}
    sizes = []
    while len(queue) > len(stacks) - len(alike):
        batch = queue.next_batch(1)
        assert {job.stack.trials[0].task.label for job in batch} == {first}
        sizes.append(len(batch))
    assert sum(sizes) == len(alike)
    assert set(sizes[:-1]) == {3}


def test_towards_the_end_what_is_left_is_shared_by_all_slots(stacks):
    alike = [stack for stack in stacks if stack.trials[0].task.label == stacks[0].trials[0].task.label][:4]
    queue = queue_of(alike)
    queue.note(alike[0], BATCH_S / 100)
    assert [len(queue.next_batch(2)) for _ in range(3)] == [2, 1, 1]


def test_a_stack_whose_task_was_lost_goes_alone(stacks):
    queue = queue_of(stacks[1:3])
    queue.note(stacks[0], 1e-6)
    queue.put_back([Job(stacks[0], n_lost=1)])
    assert [job.stack for job in queue.next_batch(1)] == [stacks[0]]
    assert len(queue) == 2
    queue.clear()
    assert (len(queue), queue.seconds) == (0, 0)


def test_a_failed_stack_is_cut_until_a_trial_fails_alone(stacks):
    job, crash = Job(stacks[0]), Failure("no")
    left, lost = [job], []
    while left:
        one = left.pop()
        parts = parts_to_retry(one, crash)
        lost += [] if parts else [given_up(one, crash)]
        left += parts
    assert {len(stack.trials) for stack, _ in lost} == {1}
    assert sorted(stack.trials[0].id for stack, _ in lost) == sorted(trial.id for trial in stacks[0].trials)
    assert {outcome.status for _, outcomes in lost for outcome in outcomes} == {"crashed"}
    slow = Failure("slow", timed_out=True)
    (part, *_) = parts_to_retry(job, slow)
    assert parts_to_retry(part, slow) == []
    assert {outcome.status for outcome in given_up(part, slow)[1]} == {"timeout"}


def spin():
    while True:
        pass


def test_the_alarm_ends_what_takes_too_long_and_nothing_else():
    with at_most(30):
        pass
    start = time.monotonic()
    with pytest.raises(TookTooLong), at_most(0.05):
        spin()
    assert time.monotonic() - start < 5
    time.sleep(0.1)  # the alarm of a block that has ended doesn't ring


def test_a_process_that_does_not_hear_the_alarm_is_ended():
    program = """
import signal, time
from actloss_cli.execute.ray_cluster import alarm
alarm.GRACE_S = 0.1
with alarm.at_most(0.1):
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    time.sleep(60)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=50)
    assert done.returncode == 1
    assert "Timeout" in done.stderr


def test_each_version_that_is_not_ours_is_named():
    ours = software_here()
    assert list(differences(ours, ours)) == []
    theirs = replace(ours, versions={**ours.versions, "torch": "1.0"}, instruction_set="another")
    assert list(differences(theirs, ours)) == [f"torch 1.0 instead of {ours.versions['torch']}"]


def test_without_ray_the_error_says_how_to_get_it(tmp_path):
    program = """
import sys
from importlib.machinery import PathFinder

class WithoutRay(PathFinder):
    @classmethod
    def find_spec(cls, name, *rest):
        return None if name.split(".")[0] == "ray" else super().find_spec(name, *rest)

sys.meta_path = [WithoutRay if finder is PathFinder else finder for finder in sys.meta_path]
sys.argv = ["actloss", "run", "smoke", "--executor", "ray"]
from actloss_cli.cli.app import main
main()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "error: --executor ray: Ray is not installed\nhint: pip install 'actloss-cli[ray]'\n"


@pytest.mark.requires("ray")
def test_of_nodes_at_one_address_each_that_differs_is_told_once():
    from actloss_cli.execute.ray_cluster.cluster import mismatch

    ours = software_here()
    theirs = replace(ours, versions={**ours.versions, "numpy": "1.0"})
    found = mismatch([("node a", theirs), ("node a", ours), ("node a", theirs), ("node b", ours)])
    (problem,) = found.problems
    assert problem.where == "node a"
    assert problem.message == f"numpy 1.0 instead of {ours.versions['numpy']}"


NODE = {"NodeID": "0" * 56, "Alive": True, "NodeManagerAddress": "10.0.0.1"}


@pytest.mark.requires("ray")
def test_a_cluster_without_a_core_for_tasks_is_an_error(monkeypatch):
    import ray

    from actloss_cli.execute.ray_cluster.cluster import Cluster

    monkeypatch.setattr(ray, "nodes", lambda: [NODE | {"Resources": {}}])
    with pytest.raises(UserError) as refusal:
        Cluster("here:1", None, "cpu")
    (said,) = refusal.value.problems
    assert (said.where, said.message) == ("--address here:1", "no node has a CPU for tasks")
    assert said.hint == "add a node to the cluster"


def test_an_address_without_ray_is_an_error(tmp_path):
    answer = actloss("run", write_tiny(tmp_path), "--address", "auto", cwd=tmp_path)
    assert answer.returncode == 2
    assert answer.stderr == "error: --address auto: only a Ray cluster has an address\nhint: add --executor ray\n"
