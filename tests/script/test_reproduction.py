"""Scripts of trials drawn at random give what is stored of these. `make script-check` draws more of them."""

import os
import random
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from actloss_cli.datasets import load
from actloss_cli.script.reproduction import Ending, reproduce, stored_ending
from actloss_cli.script.script import write_script
from actloss_cli.store.one_trial import read_names, read_trial
from tests.script.drawn_trials import drawn_config
from tests.tiny_grid import actloss

N_TRIALS = int(os.environ.get("SCRIPT_TRIALS", "6"))
SEED = int(os.environ.get("SCRIPT_SEED", "1"))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Of each task of a run one trial, any of its three."""
    folder = tmp_path_factory.mktemp("drawn")
    (folder / "drawn.yaml").write_text(drawn_config(N_TRIALS, SEED))
    answer = actloss("run", "drawn.yaml", "--workers", 1, cwd=folder)
    assert answer.returncode == 0, answer.stderr
    run = folder / "results" / "drawn"
    pairings, names = read_names(run)
    rng = random.Random(SEED)
    chosen = [rng.choice([name for name in names if name.pairing_id == id_]) for id_ in pairings]
    assert len(chosen) == N_TRIALS
    return [read_trial(run, name.id) for name in chosen]


def ending_of(line):
    """What a script's last line says."""
    if diverged := re.fullmatch(r"diverged in epoch (\d+)", line):
        return Ending(float("nan"), int(diverged[1]))
    assert re.search(r"rows: \S+$", line), line
    return Ending(float(line.split()[-1]), None)


@pytest.mark.long
def test_scripts_of_drawn_trials_end_as_stored_unless_rounding_alone_moves_the_ending(drawn, tmp_path):
    paths = [tmp_path / f"trial_{i}.py" for i in range(len(drawn))]
    data = [load(stored.trial.task.dataset, stored.trial.task.kind) for stored in drawn]
    for path, stored, dataset in zip(paths, drawn, data, strict=True):
        script = write_script(stored.trial, dataset, diverges=stored.status == "diverged", explanation="")
        path.write_text(script.text)
        if script.arrays:
            np.savez(path.with_suffix(".npz"), **script.arrays)
    runner = Path(__file__).with_name("runner.py")
    ran = subprocess.run([sys.executable, runner, *paths], capture_output=True, text=True, check=True)
    endings = [ending_of(line) for line in ran.stdout.splitlines()]
    n_equal = 0
    for stored, dataset, ending in zip(drawn, data, endings, strict=True):
        found = reproduce(stored, dataset)
        assert ending.is_like(found.plain), "the script is the plain loop"
        is_equal = ending.is_like(stored_ending(stored))
        n_equal += is_equal
        trial = stored.trial
        what = f"{trial.task.dataset.name}/{trial.pairing.label} lr {trial.lr:g} {trial.phase}"
        sys.stdout.write(
            f"{'equal' if is_equal else 'ROUNDING'}  {what}  stored {stored_ending(stored)}, script {ending}\n"
        )
        assert is_equal or found.hangs_on_rounding, what
    sys.stdout.write(f"{n_equal} of {len(drawn)} equal within 1e-5, or diverged in the same epoch\n")
    assert n_equal >= 0.7 * len(drawn)
