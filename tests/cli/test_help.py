"""Help: every verb has examples, line by line in any width, and the shell completes names without loading torch."""

import os
import re
import shlex
import subprocess
import sys

import pytest
import typer

from actloss_cli.catalogue import ACTIVATIONS, LOSSES, OPTIMIZERS
from actloss_cli.cli.app import app
from actloss_cli.datasets import CARDS


def verbs(group, names=()):
    """Every command by its names."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from verbs(command, (*names, name))
        else:
            yield " ".join((*names, name)), command


VERBS = dict(verbs(typer.main.get_command(app)))


@pytest.mark.parametrize("width", [50, 80, 200])
@pytest.mark.parametrize("verb", VERBS)
def test_the_examples_of_a_verb_stand_line_by_line_and_are_commands_that_it_takes(verb, width):
    context = VERBS[verb].context_class(VERBS[verb], info_name=verb, terminal_width=width)
    text = VERBS[verb].get_help(context)
    (examples,) = re.findall(r"^  Examples?:\n((?:    .+\n)+)", text, re.MULTILINE)
    for line in examples.splitlines():
        assert len(line) <= 80
        assert line.startswith(f"    actloss {verb} ") or verb in ("schema", "init")
        words = shlex.split(line.partition(" > ")[0])[1:]
        VERBS[verb].make_context(verb, words[len(verb.split()) :])


def complete(line: str, *, program: str = "from actloss_cli.cli.app import main; main()") -> list[str]:
    """What bash would offer for the last word, as Typer's script asks for it."""
    asked = {
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split(" ")) - 1),
        "_ACTLOSS_COMPLETE": "complete_bash",
    }
    code = f"import sys; sys.argv = ['actloss']\ntry:\n    {program}\nfinally:\n    assert 'torch' not in sys.modules"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | asked)
    assert "Error" not in answer.stderr, answer.stderr
    return answer.stdout.split()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("actloss rep", {"report"}),
        ("actloss run sm", {"smoke"}),
        ("actloss list los", {"losses"}),
        ("actloss explain --dataset moon", {card.name for card in CARDS if card.name.startswith("moon")}),
        (
            "actloss explain --output sig",
            {name for one in ACTIVATIONS if one.output for name in (one.name, *one.aliases) if name.startswith("sig")},
        ),
        ("actloss explain --loss cross", {one.name for one in LOSSES if one.name.startswith("cross")}),
        ("actloss explain --optimizer adam", {one.name for one in OPTIMIZERS if one.name.startswith("adam")}),
    ],
)
def test_the_shell_completes_verbs_and_names(line, offered):
    assert offered
    assert set(complete(line)) == offered


def test_a_config_of_ones_own_is_completed_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").touch()
    assert complete("actloss plan mi") == ["mine.yaml"]


def test_bash_takes_the_script_that_is_shown():
    code = "import sys; sys.argv = ['actloss']; from actloss_cli.cli.app import main; main()"
    environment = os.environ | {"_ACTLOSS_COMPLETE": "source_bash"}
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment).stdout
    taken = subprocess.run(["bash", "-c", f"{shown}\ncomplete -p actloss"], capture_output=True, text=True)
    assert taken.stdout == "complete -o default -F _actloss_completion actloss\n", taken.stderr
