"""Another config on the same folder: what it still asks for is kept, the rest kept aside, and the change is shown."""

import re
import shutil

from actloss_cli.store.reader import read_run
from studies.sessions import stored, write_grid
from tests.tiny_grid import actloss


def test_a_smaller_config_keeps_all_trials_shows_its_own_alone_and_says_what_changed(undisturbed, tmp_path):
    folder = shutil.copytree(undisturbed, tmp_path / "r" / "grid")
    before, whole = stored(folder), read_run(folder).trials
    config = write_grid(tmp_path)
    answer = actloss("run", config, "--results", "r", "--set", "activation=[relu, elu]", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    asked = whole[whole["pairing_id"].str.split("/").str[1] != "tanh"]
    assert f"done: {len(asked):,} trials in r/grid, 0 of them trained now in " in answer.stderr
    n_aside = len(whole) - len(asked)
    assert n_aside > 0
    assert f"{n_aside:,} trials of earlier configs are kept, and are in no report of this one\n" in answer.stderr
    assert "not as the last run in r/grid:\n" in answer.stderr
    assert re.search(r"activation.*tanh", answer.stderr)
    assert before.items() <= stored(folder).items()
    assert sorted(read_run(folder).trials.index) == sorted(asked.index)
