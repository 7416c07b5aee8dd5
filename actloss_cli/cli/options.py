"""Arguments and options that several verbs share."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from actloss_cli.cli.completion import complete_config

if TYPE_CHECKING:
    from actloss_cli.errors import Problem

ConfigArgument = Annotated[
    str,
    typer.Argument(
        metavar="CONFIG",
        help="A YAML file, or the name of a shipped config such as 'grid'.",
        autocompletion=complete_config,
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override one key, e.g. training.epochs=5. May be repeated."),
]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", min=1, help="Worker processes; the default is one per core.")
]
MaxTrialsOption = Annotated[
    int, typer.Option("--max-trials", min=1, help="Refuse a config that asks for more trials than this.")
]
AllowCodeOption = Annotated[
    bool,
    typer.Option(
        "--allow-code", help="Import the modules that names such as python:mymodule:my_act say: runs their code."
    ),
]
RunArgument = Annotated[Path, typer.Argument(metavar="RESULTS", help="A run's folder, such as results/grid.")]

ALLOW_CODE_HINT = "if you trust it, allow it with --allow-code: importing a module runs its code"


def idle_options(options: Mapping[str, object], why: str, hint: str = "") -> "list[Problem]":
    """A problem for each of these, by name, that is given; they would change nothing."""
    from actloss_cli.errors import Problem

    return [Problem(why, f"{name} {given}", hint) for name, given in options.items() if given is not None]
