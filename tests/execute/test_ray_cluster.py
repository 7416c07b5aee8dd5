"""A real cluster of a head and nodes that come and go: whatever happens, a run's tables are those of local workers."""

import shutil
import signal
from pathlib import Path

import pytest

from actloss_cli.store.reader import read_run
from studies.nodes import QUIET, cluster_of
from studies.sessions import count_trials, numbers, running, stored, wait_for
from tests.reliability.rare import rare
from tests.tiny_grid import TINY, actloss, write_tiny

pytestmark = [pytest.mark.requires("ray"), pytest.mark.long]

LONGER = TINY.replace("epochs: 4", "epochs: 20")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def nodes():
    with cluster_of(1) as nodes:
        yield nodes


@pytest.fixture
def at(nodes, monkeypatch):
    """The options of a run on that cluster."""
    for name, value in QUIET.items():
        monkeypatch.setenv(name, value)
    return ("--executor", "ray", "--address", nodes.address)


def begun(process, folder):
    """Waits until trials of this session are there."""
    n_before = count_trials(folder)
    wait_for(lambda: count_trials(folder) > n_before or process.poll() is not None, 240)
    assert process.poll() is None, process.communicate()[1]


def test_a_run_that_is_killed_and_then_loses_a_node_has_the_tables_of_a_local_one(nodes, at, tmp_path):
    config = write_tiny(tmp_path, LONGER)
    folder = tmp_path / "r" / "tiny"
    with running("run", config, "--results", "r", *at, cwd=tmp_path) as process:
        begun(process, folder)
        process.kill()
        process.communicate(timeout=60)
    killed = read_run(folder)
    assert killed.n_missing > 0

    nodes.add()
    with running("run", config, "--results", "r", *at, cwd=tmp_path) as process:
        begun(process, folder)
        nodes.kill()
        _, said = process.communicate(timeout=240)
        assert process.returncode == 0, said
        assert ", 0 crashed)" in said
    assert len(read_run(folder).trials) > len(killed.trials)

    local = actloss("run", config, "--results", "local", cwd=tmp_path)
    assert local.returncode == 0, local.stderr
    assert numbers(folder) == numbers(tmp_path / "local" / "tiny")


@rare
def test_ctrl_c_stops_a_run_on_a_cluster_and_it_goes_on(at, tmp_path):
    config = write_tiny(tmp_path, LONGER)
    folder = tmp_path / "r" / "tiny"
    with running("run", config, "--results", "r", *at, cwd=tmp_path) as process:
        begun(process, folder)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=240)
    assert process.returncode == 130, said
    assert "to go on, run again:" in said
    before = stored(folder)
    again = actloss("run", config, "--results", "r", *at, cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    after = stored(folder)
    assert 0 < len(before) < len(after)
    assert before.items() <= after.items()
    assert read_run(folder).n_missing == 0


def test_a_node_with_other_code_is_refused_before_any_training(nodes, at, tmp_path):
    shutil.copytree(ROOT / "actloss_cli", tmp_path / "other" / "actloss_cli", ignore=shutil.ignore_patterns("*.pyc"))
    init = tmp_path / "other" / "actloss_cli" / "__init__.py"
    init.write_text(init.read_text().replace('__version__ = "', '__version__ = "9.'))
    nodes.add(PYTHONPATH=str(tmp_path / "other"))
    try:
        answer = actloss("run", write_tiny(tmp_path), "--results", "r", *at, cwd=tmp_path)
    finally:
        nodes.kill()
    assert answer.returncode == 2, answer.stderr
    said = " ".join(answer.stderr.split())
    assert "error: node " in said
    assert "actloss 9." in said
    assert "hint: install the same versions of Python, actloss and its dependencies on every node and here" in said
    assert not (tmp_path / "r").exists()


def test_a_cluster_without_gpus_trains_nothing_on_cuda(at, tmp_path):
    answer = actloss("run", write_tiny(tmp_path), "--device", "cuda", *at, cwd=tmp_path)
    assert answer.returncode == 2, answer.stderr
    assert answer.stderr == "error: --device cuda: no node has a GPU\nhint: use --device cpu, or auto\n"


def test_an_address_where_nobody_is_is_an_error(tmp_path):
    answer = actloss("run", write_tiny(tmp_path), "--executor", "ray", "--address", "127.0.0.1:1", cwd=tmp_path)
    assert answer.returncode == 2, answer.stderr
    said = " ".join(answer.stderr.split())
    assert said.startswith("error: --address 127.0.0.1:1: cannot join the Ray cluster: nobody answers there (")
    assert "hint: start one with 'ray start --head', or leave --address out" in said
