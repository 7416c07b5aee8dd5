"""Ctrl-C and SIGTERM: what is in flight is stored, the command that goes on is told; a second time, at once."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from actloss_cli.store.reader import read_run
from studies.sessions import GRID, count_trials, numbers, running, stored, wait_for, write_grid
from tests.reliability.rare import rare
from tests.tiny_grid import actloss


def stop(process, number, folder):
    """Sends it once trials are stored; gives the exit code and what was said."""
    wait_for(lambda: count_trials(folder) or process.poll() is not None)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    return process.returncode, said


@pytest.mark.parametrize("number", [pytest.param(signal.SIGINT, marks=rare), signal.SIGTERM])
def test_a_run_that_is_told_to_stop_stores_what_is_in_flight_and_says_how_to_go_on(undisturbed, tmp_path, number):
    config = write_grid(tmp_path)
    folder = tmp_path / "r" / "grid"
    with running("run", config, "--results", "r", "--workers", 1, cwd=tmp_path) as process:
        code, said = stop(process, number, folder)
    assert code == 130, said
    assert "stopping: the stacks in flight are finished and stored; press Ctrl-C again to stop now\n" in said
    assert said.endswith(f"to go on, run again:\n  actloss run {config} --results r --workers 1\n")
    before = stored(folder)
    assert 0 < len(before) < len(stored(undisturbed))
    assert read_run(folder).n_missing
    if number == signal.SIGTERM:
        again = actloss("run", config, "--results", "r", cwd=tmp_path)
        assert again.returncode == 0, again.stderr
        assert numbers(folder) == numbers(undisturbed)
        assert before.items() <= stored(folder).items()


def test_a_second_ctrl_c_ends_the_run_at_once_and_keeps_what_is_stored(tmp_path):
    # The first task is done in a moment; one trial of the second takes minutes: whoever waits for it hangs.
    slow = "  - {kind: binary, dataset: imbalanced, training: {epochs: 1000000}}\n"
    config = write_grid(tmp_path, GRID.replace("activation:", f"{slow}activation:"))
    folder = tmp_path / "r" / "grid"
    with running("run", config, "--results", "r", cwd=tmp_path) as process:
        wait_for(lambda: count_trials(folder) >= 100)
        before = stored(folder)
        process.send_signal(signal.SIGINT)
        assert process.stderr.readline().startswith("stopping: ")
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        assert process.returncode == 130
        assert time.monotonic() - start < 15
    assert before.items() <= stored(folder).items()


@pytest.mark.parametrize("number", [pytest.param(signal.SIGINT, marks=rare), signal.SIGTERM])
def test_a_signal_before_anything_is_trained_ends_the_command_quietly(tmp_path, number):
    config = write_grid(tmp_path)
    with running("run", config, cwd=tmp_path) as process:
        time.sleep(1.5)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "Traceback" not in said


INTERRUPTED = """
from actloss_cli.cli import app

def run():
    try:
        exec("raise KeyboardInterrupt")
    except KeyboardInterrupt:
        raise SystemExit(130)

app.app = run
app.main()
"""


def test_an_interrupt_in_the_middle_of_an_import_is_answered_with_130_too(tmp_path):
    (tmp_path / "interrupted.py").write_text(INTERRUPTED)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(Path.cwd())])}
    answer = subprocess.run([sys.executable, "-m", "interrupted"], env=environment, capture_output=True, text=True)
    assert (answer.returncode, answer.stderr) == (130, "")
