"""Where text goes: data to stdout, everything else to stderr; NO_COLOR and pipes are honoured."""

import sys

from rich.console import Console

from actloss_cli.errors import UserError
from actloss_cli.report.escape import printable


def stdout() -> Console:
    """For data: tables and reports."""
    console = Console(file=sys.stdout, highlight=False, soft_wrap=False)
    console.size = console.size  # Rich would ask the terminal for it several times a line.
    return console


def stderr() -> Console:
    """For everything that is not data."""
    return Console(file=sys.stderr, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """One line for the user, on stderr; markup and control characters are shown as text."""
    stderr().print(printable(text), markup=False)


def print_error(error: UserError) -> None:
    """All problems of a user's error, in order."""
    console = stderr()
    for problem in error.problems:
        # Only a line feed parts lines: `splitlines` would obey characters that are shown as text here.
        for line in str(problem).split("\n"):
            word, colon, rest = printable(line).partition(":")
            style = {"error": "bold red", "hint": "bold cyan"}.get(word) if colon else None
            console.print(word + colon, style=style, end="", markup=False)
            console.print(rest, markup=False)
