"""`actloss check`: a look at the user's own model and loss, from a function that builds them. It runs their code."""

import contextlib
import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from actloss_cli.errors import UserError

_NAMES = ("model", "loss_fn", "inputs", "targets", "optimizer")
_GIVES = "(model, loss_fn, inputs, targets) or, with an optimizer, five; or a dict of these names"


def check(
    factory: Annotated[
        str, typer.Argument(metavar="MODULE:FUNCTION", help=f"A function without arguments that gives {_GIVES}.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read a model and its loss for faults before training: one forward and backward pass on one minibatch.

    MODULE is imported from the current folder, which runs its code, and FUNCTION is called. Exits with 1 where a
    finding is an error. In Python: actloss_cli.check(model, loss_fn, inputs, targets).

    Example:
      actloss check mymodule:build
    """
    from actloss_cli.checking import check as check_model
    from actloss_cli.errors import ExitCode

    with contextlib.redirect_stdout(sys.stderr):  # stdout is for the answer, whatever the user's code prints
        checked = check_model(*_built(factory))
    if as_json:
        from actloss_cli.report.json_text import document

        typer.echo(document(checked.to_dict()), nl=False)
    else:
        from actloss_cli.cli.console import stdout
        from actloss_cli.report.check_view import render_check

        render_check(stdout(), checked)
    raise typer.Exit(ExitCode.DONE if checked.ok else ExitCode.NOT_HELD)


def _built(factory: str) -> tuple[Any, ...]:
    """What the function gives, in the order of `check`; raises `UserError`."""
    from torch import nn

    module_name, colon, name = factory.partition(":")
    if not colon or not module_name or not name:
        raise _refused(f"'{factory}' is not MODULE:FUNCTION", "such as: actloss check mymodule:build")
    if module_name.endswith(".py"):
        module_name = module_name.removesuffix(".py").replace("/", ".")
    sys.path.insert(0, str(Path.cwd()))
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # whatever the user's module raises while it is imported
        raise _refused(
            f"'{module_name}' can't be imported: {_told(error)}", "it is looked for in the current folder first"
        ) from error
    function = getattr(module, name, None)
    if not callable(function):
        raise _refused(f"'{module_name}' has no function '{name}'", f"it should give {_GIVES}")
    try:
        given = function()
    except Exception as error:  # as above
        raise _refused(f"{factory} raises {_told(error)}", "the function is called without arguments") from error
    if isinstance(given, Mapping):
        given = tuple(given[one] for one in _NAMES if one in given)
    if not isinstance(given, tuple | list) or len(given) not in (4, 5) or not isinstance(given[0], nn.Module):
        raise _refused(f"{factory} gives {_described(given)}", f"it should give {_GIVES}")
    return tuple(given)


def _refused(message: str, hint: str) -> "UserError":
    from actloss_cli.errors import user_error

    return user_error(message, hint=hint)


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def _described(given: Any) -> str:
    if isinstance(given, tuple | list):
        return f"{len(given)} values: {', '.join(type(one).__name__ for one in given)}"
    return type(given).__name__
