"""Arguments and options that several verbs share."""

from pathlib import Path
from typing import Annotated

import typer

ConfigArgument = Annotated[
    str, typer.Argument(metavar="CONFIG", help="A YAML file, or the name of a shipped config such as 'grid'.")
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

MAX_TRIALS = 5_000_000
"""Some hours of training, and some gigabytes of results."""


def default_workers() -> int:
    """The cores that this process may use."""
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
