"""Work on every core: all of it is done once, whatever becomes of the copies of this process."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from actloss_cli import side_by_side
from actloss_cli.report.canvas import text_width_in
from actloss_cli.side_by_side import done_side_by_side
from studies.sessions import is_over, wait_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux alone")


@pytest.fixture(autouse=True)
def three_cores(monkeypatch):
    monkeypatch.setattr(side_by_side, "default_workers", lambda: 3)


def slow_pid(seconds=0.5):
    time.sleep(seconds)
    return os.getpid()


def test_jobs_are_done_once_each_by_several_processes(tmp_path):
    def job(n):
        with (tmp_path / "done").open("a") as file:
            file.write(f"{n}\n")
        return n, slow_pid()

    found = dict(done_side_by_side([lambda n=n: job(n) for n in range(6)]))
    assert sorted(found) == list(range(6))
    assert [found[place][0] for place in range(6)] == list(range(6))
    assert len({pid for _, pid in found.values()}) == 3
    assert sorted((tmp_path / "done").read_text().split()) == [str(n) for n in range(6)]


def test_what_a_copy_could_not_do_is_done_here():
    here = os.getpid()

    def job():
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return slow_pid()

    found = dict(done_side_by_side([job] * 4))
    assert found == dict.fromkeys(range(4), here)


def test_an_error_is_raised_here_and_no_copy_is_left():
    before = set(children())

    def job():
        time.sleep(0.2)
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        dict(done_side_by_side([slow_pid, job, job]))
    assert set(children()) <= before


def test_a_copy_that_dies_while_it_answers_is_done_for():
    here = os.getpid()

    def job():
        if os.getpid() != here:
            time.sleep(0.5)
            return "x" * 1_000_000  # more than a pipe holds
        time.sleep(1.5)
        for child in children():
            os.kill(int(child), signal.SIGKILL)
        return here

    assert dict(done_side_by_side([job] * 3)) == dict.fromkeys(range(3), here)


def test_where_no_other_process_fits_the_work_is_done_by_fewer(monkeypatch):
    fork, before = os.fork, set(children())
    answers = iter([fork, None])

    def fork_once():
        if (forked := next(answers)) is None:
            raise BlockingIOError("Resource temporarily unavailable")
        return forked()

    monkeypatch.setattr(os, "fork", fork_once)
    found = dict(done_side_by_side([slow_pid] * 4))
    assert len(set(found.values())) == 2
    assert set(children()) <= before


ENDLESS = """
import os, sys, time
from actloss_cli import side_by_side
side_by_side.default_workers = lambda: 3
here = os.getpid()
def job():
    if os.getpid() != here:
        time.sleep(0.2)
        return "x" * 1_000_000
    print("begun", flush=True)
    time.sleep(600)
list(side_by_side.done_side_by_side([job] * 9))
"""


def test_no_copy_outlives_a_process_that_was_killed():
    with subprocess.Popen(
        [sys.executable, "-c", ENDLESS], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        process.stdout.readline()
        time.sleep(1.0)
        assert len(children(process.pid)) == 2
        process.kill()
        process.communicate(timeout=30)
    try:
        wait_for(partial(is_over, process), 30)
    finally:
        if not is_over(process):
            os.killpg(process.pid, signal.SIGKILL)


def test_copies_measure_type_as_this_process_does():
    """FreeType reads glyphs from an open file: where copies share it, each moves the place that the others read at."""
    texts = [f"{chr(33 + n % 90)}{chr(33 + 7 * n % 90)} {n}" for n in range(1000)]
    text_width_in("the font is open before the copies are made", 8.0)
    found = dict(done_side_by_side([lambda: (time.sleep(0.1), [text_width_in(text, 8.0) for text in texts])[1]] * 3))
    text_width_in.cache_clear()
    assert [found[copy] for copy in range(3)] == [[text_width_in(text, 8.0) for text in texts]] * 3


def children(pid=None):
    pid = pid or os.getpid()
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_nothing_to_do_and_one_core_start_no_process(monkeypatch):
    assert dict(done_side_by_side([])) == {}
    monkeypatch.setattr(side_by_side, "default_workers", lambda: 1)
    assert dict(done_side_by_side([slow_pid] * 2)) == dict.fromkeys(range(2), os.getpid())
