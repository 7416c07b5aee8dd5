"""kill -9 of the whole run at random moments: what is committed stays as it is, and the end is that of a quiet run."""

import os
import random
import signal
import time
from functools import partial

from studies.sessions import count_trials, is_over, numbers, running, stored, wait_for, write_grid
from tests.reliability.rare import rare
from tests.tiny_grid import actloss

N_KILLS = int(os.environ.get("N_KILLS", "3"))


def is_past(folder, n_trials, process):
    return count_trials(folder) > n_trials or process.poll() is not None


def test_a_run_that_is_killed_again_and_again_loses_doubles_and_alters_nothing(undisturbed, tmp_path):
    config = write_grid(tmp_path)
    folder = tmp_path / "r" / "grid"
    whole = numbers(undisturbed)
    moments = random.Random(0)
    before = stored(folder)
    for n in range(N_KILLS):
        with running("run", config, "--results", "r", cwd=tmp_path) as process:
            # Any moment of the work, from the first writing on; a share of the trials is left for later kills.
            wait_for(lambda: folder.exists() or process.poll() is not None)
            n_before, share = len(before), len(whole) / N_KILLS
            if n % 2:
                wait_for(partial(is_past, folder, n_before, process))
            time.sleep(moments.uniform(0, 0.4 if n_before < n * share else 0.05))
            os.kill(process.pid, signal.SIGKILL)
            process.wait(30)
        after = stored(folder)
        assert before.items() <= after.items(), f"kill {n} changed trials"
        before = after
    again = actloss("run", config, "--results", "r", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert numbers(folder) == whole
    assert before.items() <= stored(folder).items()


@rare
def test_the_workers_of_a_run_that_is_killed_end_and_the_next_run_gets_the_folder_at_once(tmp_path):
    config = write_grid(tmp_path)
    with running("run", config, "--set", "training.epochs=40", cwd=tmp_path) as process:
        wait_for(lambda: count_trials(tmp_path / "results" / "grid") or process.poll() is not None)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(30)
        wait_for(partial(is_over, process), 20)
