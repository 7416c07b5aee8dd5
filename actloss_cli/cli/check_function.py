"""`actloss check-function`: what a function must pass before it is trained. It runs the function's code."""

import contextlib
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from actloss_cli.cli.options import ALLOW_CODE_HINT, AllowCodeOption


class RoleOption(StrEnum):
    """What a function serves as."""

    ACTIVATION = "activation"
    OUTPUT = "output"
    LOSS = "loss"
    OPTIMIZER = "optimizer"


def check_function(
    function: Annotated[
        str, typer.Argument(metavar="FUNCTION", help="python:MODULE:NAME, or the name that a config would have.")
    ],
    role: Annotated[
        RoleOption | None,
        typer.Option("--role", help="What it serves as; by default what it is, a plain function as an activation."),
    ] = None,
    allow_code: AllowCodeOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check a function as a run does before it trains: shapes, types, gradient, values, and that trials stay apart.

    MODULE is looked for among what is installed, then in the current folder. Exits with 1 where there is a fault; notes
    are worth knowing, or change how trials are trained.

    Examples:
      actloss check-function python:mymodule:my_act --allow-code
      actloss check-function python:mymodule:my_loss --role loss --allow-code
    """
    from actloss_cli.catalogue import UnknownFunction
    from actloss_cli.catalogue.choice import CODE_PREFIX
    from actloss_cli.errors import ExitCode, user_error
    from actloss_cli.extending.loading import check_by_name
    from actloss_cli.report.function_check import checked_json, render_checked

    if function.startswith(CODE_PREFIX) and not allow_code:
        raise user_error(f"'{function}' is code of one's own, and nothing of it was imported", hint=ALLOW_CODE_HINT)
    try:
        with contextlib.redirect_stdout(sys.stderr):  # stdout is for the answer, whatever the user's code prints
            checked = check_by_name(None if role is None else role.value, function, [str(Path.cwd())])
    except UnknownFunction as error:
        raise user_error(error.message, hint=error.hint) from error
    if as_json:
        typer.echo(checked_json(checked), nl=False)
    else:
        from actloss_cli.cli.console import stdout

        render_checked(stdout(), checked)
    raise typer.Exit(ExitCode.NOT_HELD if checked.spec.fault else ExitCode.DONE)
