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
RunArgument = Annotated[Path, typer.Argument(metavar="RESULTS", help="A run's folder, such as results/grid.")]
