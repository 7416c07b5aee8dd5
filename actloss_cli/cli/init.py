"""`actloss init`: a first config, annotated."""

from pathlib import Path
from typing import Annotated

import typer

from actloss_cli.cli.explain import KindOption


def init(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Where to write it, or - for stdout.")] = "-",
    kind: Annotated[
        KindOption | None, typer.Option("--kind", help="The kind of its task; without it, one task of each.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Write a first config that runs as it is, with every key and what may stand there in comments.

    Example:
      actloss init first.yaml --kind binary
    """
    from actloss_cli.cli.console import say
    from actloss_cli.cli.new_file import write_new
    from actloss_cli.config.starter import starter_config

    text = starter_config(None if kind is None else kind.value)
    if file == "-":
        typer.echo(text, nl=False)
        return
    write_new(Path(file), text, force=force)
    say(f"wrote {file}; next: actloss plan {file}")
