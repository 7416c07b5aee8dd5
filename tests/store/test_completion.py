"""A complete run answers at once; whatever may change the answer makes the run be asked for in full."""

import os
import shutil
import subprocess
import sys

import pytest

from actloss_cli.store.completion import NOTE, asked_key, find_completion
from tests.tiny_grid import actloss, write_tiny

AT_ONCE = "complete before; 0 of them trained now"
IN_FULL = "0 of them trained now in"


@pytest.fixture
def complete(tiny_run, tmp_path):
    """A copy of a complete run, asked for once more, so that its note is of these files; and its config."""
    config = write_tiny(tmp_path)
    shutil.copytree(tiny_run, tmp_path / "results" / "tiny")
    assert IN_FULL in actloss("run", config, cwd=tmp_path).stderr
    return tmp_path, config


def test_a_complete_run_answers_without_torch(complete):
    folder, config = complete
    program = (
        "import sys\nfrom actloss_cli.cli.app import main\n"
        f"sys.argv = ['actloss', 'run', {str(config)!r}]\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    assert not stop.code\n"
        "print(sorted({'torch', 'sklearn', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert AT_ONCE in done.stderr


def test_another_setting_or_config_is_asked_in_full(complete):
    folder, config = complete
    assert IN_FULL in actloss("run", config, "--set", "seeds.final=3", cwd=folder).stderr
    config.write_text(config.read_text() + "\n# a word\n")
    assert IN_FULL in actloss("run", config, cwd=folder).stderr
    assert AT_ONCE in actloss("run", config, cwd=folder).stderr


def test_a_database_that_was_touched_is_asked_in_full(complete):
    folder, config = complete
    os.utime(folder / "results" / "tiny" / "results.sqlite")
    assert IN_FULL in actloss("run", config, cwd=folder).stderr


def test_a_damaged_note_is_no_answer(complete):
    folder, config = complete
    for text in ("", "[]", "{}", '{"asked": 1, "files": {"x": 3}}'):
        (folder / "results" / "tiny" / NOTE).write_text(text)
        assert find_completion(folder / "results", asked_key(config, [])) is None


def test_the_rows_of_a_csv_are_part_of_the_question(tmp_path):
    rows = "\n".join(f"{i % 7},{i % 5},{(i % 7 > 3) * 1}" for i in range(120))
    (tmp_path / "t.csv").write_text(f"a,b,y\n{rows}\n")
    (tmp_path / "c.yaml").write_text(
        "name: c\ntasks: [{kind: binary, dataset: {csv: t.csv, target: y}}]\nactivation: relu\noutput: sigmoid\n"
        "loss: bce\noptimizer: adam\nlr: 0.01\nseeds: {tune: 1, final: 2}\ntraining: {epochs: 2}\n"
    )
    assert "3 of them trained now in" in actloss("run", "c.yaml", cwd=tmp_path).stderr
    assert AT_ONCE in actloss("run", "c.yaml", cwd=tmp_path).stderr
    (tmp_path / "t.csv").write_text(f"a,b,y\n{rows}\n1,2,0\n")
    assert "3 of them trained now in" in actloss("run", "c.yaml", cwd=tmp_path).stderr
