"""The Python and the commands of the pages run as they are printed, and say what the pages say that they say."""

import contextlib
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from actloss_cli.cli.app import app

DOCS = Path(__file__).parents[2] / "docs"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(page: str) -> list[tuple[str, str]]:
    """Language and text of each."""
    return FENCE.findall((DOCS / page).read_text(encoding="utf-8"))


def run_python(page: str, capsys) -> dict[str, object]:
    """What all its Python leaves behind, in the order of the page; a text after a block is what the block printed."""
    names: dict[str, object] = {}
    for language, text in blocks(page):
        if language == "python":
            capsys.readouterr()
            exec(compile(text, page, "exec"), names)
        elif language == "text" and text.startswith("error"):
            assert capsys.readouterr().out == text
    return names


@pytest.mark.long
def test_the_python_of_the_page_on_python_runs_and_prints_what_it_says(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = run_python("python_api.md", capsys)
    assert (tmp_path / "curves.png").stat().st_size > 0
    assert names["pairings"]["verdict"].tolist()[0] == "invalid"
    assert names["results"].n_missing == 0


@pytest.mark.requires("duckdb")
def test_the_recipes_of_the_page_on_exports_run_one_after_another(tmp_path, monkeypatch, capsys, tiny_run):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "first").symlink_to(tiny_run)
    commands = [
        line.removeprefix("$ ")
        for language, text in blocks("exporting.md")
        if language == "console"
        for line in text.splitlines()
    ]
    assert len(commands) == 3
    for command in commands:
        answer = CliRunner().invoke(app, shlex.split(command)[1:])
        assert (answer.exit_code, answer.output) == (0, ""), command
    names = run_python("exporting.md", capsys)
    assert names["spread"]["size"].sum() == len(names["final"]) > 0
    ((n_trials,),) = names["duckdb"].sql("SELECT count(DISTINCT trial) FROM 'curves.parquet'").fetchall()
    assert n_trials == len(names["trials"])


@pytest.mark.parametrize("page", sorted(path.name for path in DOCS.glob("*.md")))
def test_commands_of_a_page_name_verbs_and_options_that_there_are(page):
    for language, text in blocks(page):
        for line in text.splitlines():
            if language == "console" and line.startswith("$ actloss "):
                parse(line.removeprefix("$ ").partition("  #")[0])


def parse(command: str) -> None:
    """Raises where Typer would refuse it; runs nothing."""
    import typer

    group = typer.main.get_command(app)
    words = shlex.split(command.partition(" > ")[0])[1:]
    while words and words[0] in getattr(group, "commands", {}):
        group = group.commands[words.pop(0)]
    with contextlib.suppress(typer.Exit):  # of an option that does all by itself, such as --version
        group.make_context("actloss", words)
