"""The command line: its verbs, and how errors become messages and exit codes. Nothing heavy is imported here."""

import atexit
import gc
import sys
from typing import Annotated

import typer

from actloss_cli import __version__
from actloss_cli.cli.check import check
from actloss_cli.cli.check_function import check_function
from actloss_cli.cli.claims import claims_app
from actloss_cli.cli.compare import compare
from actloss_cli.cli.doctor import doctor
from actloss_cli.cli.explain import explain
from actloss_cli.cli.export import export
from actloss_cli.cli.init import init
from actloss_cli.cli.list import list_catalogue
from actloss_cli.cli.merge import merge
from actloss_cli.cli.plan import plan
from actloss_cli.cli.recommend import recommend
from actloss_cli.cli.report import report
from actloss_cli.cli.run import run
from actloss_cli.cli.schema import schema
from actloss_cli.cli.script import script
from actloss_cli.cli.show import show
from actloss_cli.cli.signals import ignore_signals
from actloss_cli.cli.verb import make_verbs
from actloss_cli.cli.verify import verify
from actloss_cli.errors import UserError

app = typer.Typer(
    name="actloss",
    help="Which activation, output, loss and optimizer go together for your task, which are mismatched, and why.",
    epilog="Exit codes: 0 done, 1 a check did not hold, 2 usage or config, 3 results unusable, 130 interrupted.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run")(run)
app.command("recommend")(recommend)
app.command("plan")(plan)
app.command("report")(report)
app.command("show")(show)
app.command("merge")(merge)
app.command("compare")(compare)
app.command("explain")(explain)
app.command("check")(check)
app.command("check-function")(check_function)
app.command("script")(script)
app.command("export")(export)
app.add_typer(claims_app)
app.command("verify")(verify)
app.command("doctor")(doctor)
app.command("list")(list_catalogue)
app.command("init")(init)
app.command("schema")(schema)
make_verbs(app)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"actloss {__version__}")
        raise typer.Exit


@app.callback()
def options(
    _: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Which activation, output, loss and optimizer go together for your task, which are mismatched, and why."""


def main() -> None:
    """The console script: runs a verb; a user's error becomes its message, a bug keeps its traceback.

    Typer itself answers Ctrl-C (130) and a reader of a pipe that has seen enough.
    """
    try:
        app()
    except UserError as error:
        from actloss_cli.cli.console import print_error

        print_error(error)
        sys.exit(error.code)
    finally:
        # Had Ctrl-C come while Python ran a text, as imports do, `python -m` would end by that signal, whatever is
        # answered to it; the next text that it runs lets it forget.
        exec("")  # noqa: S102
        atexit.register(ignore_signals)  # Once the process ends, nothing is left to interrupt.
        gc.freeze()  # The end frees all; looking through the libraries' objects for garbage first takes a second.
