"""Where text goes: data to stdout, everything else to stderr; NO_COLOR and pipes are honoured."""

import re
import sys

from rich.console import Console

from actloss_cli.errors import UserError

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def stdout() -> Console:
    """For data: tables and reports."""
    return Console(file=sys.stdout, highlight=False, soft_wrap=False)


def stderr() -> Console:
    """For everything that is not data."""
    return Console(file=sys.stderr, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """One line for the user, on stderr; markup and control characters are shown as text."""
    stderr().print(_printable(text), markup=False)


def print_error(error: UserError) -> None:
    """All problems of a user's error, in order."""
    console = stderr()
    for problem in error.problems:
        for line in str(problem).splitlines():
            word, _, rest = _printable(line).partition(":")
            style = {"error": "bold red", "hint": "bold cyan"}.get(word)
            console.print(f"{word}:", style=style, end="", markup=False)
            console.print(rest, markup=False)


def _printable(text: str) -> str:
    return _CONTROL.sub(lambda match: f"\\x{ord(match.group()):02x}", text)
