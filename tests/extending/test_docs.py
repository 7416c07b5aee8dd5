"""The example of docs/extending.md does what it says; the tables there name what is refused."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from actloss_cli.cli.app import app
from actloss_cli.entry_points import GROUPS
from actloss_cli.extending.installed import REFUSED
from tests.tiny_grid import actloss

PAGE = (Path(__file__).parents[2] / "docs" / "extending.md").read_text()


def block(language):
    """The first block of code in that language."""
    return re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL).group(1)


def test_the_example_is_checked_run_and_reported(tmp_path, monkeypatch):
    (tmp_path / "mymodule.py").write_text(block("python"))
    (tmp_path / "mine.yaml").write_text(block("yaml"))
    monkeypatch.chdir(tmp_path)
    for line in block("sh").splitlines():
        verb = line.removeprefix("actloss ").split()
        if verb[0] == "run":
            answer = actloss(*verb, cwd=tmp_path)
            assert answer.returncode == 0, answer.stderr
            assert "(0 diverged, 0 crashed)" in answer.stderr
        else:
            answer = CliRunner().invoke(app, [*verb, *(["--no-figures"] if verb[0] == "report" else [])])
            assert answer.exit_code == 0, answer.output


@pytest.mark.parametrize("name", [*REFUSED, *GROUPS.values()])
def test_the_page_names_what_is_refused_and_every_group(name):
    assert name in PAGE
