"""How a verb's help is laid out: as Typer does it, but the examples stand line by line, as they are typed."""

import re
from typing import Any

import typer
from typer.core import TyperCommand

_EXAMPLES = re.compile(r"^(?=Examples?:$)", re.MULTILINE)
_AS_IT_STANDS = "\b\n"
"""Before a paragraph, it tells Typer to leave its lines alone."""


class Verb(TyperCommand):
    """A command whose docstring may end in `Example:` or `Examples:` and lines to type."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.help = _EXAMPLES.sub(_AS_IT_STANDS, self.help or "")


def make_verbs(app: typer.Typer) -> None:
    """Lays out the help of all commands of the app, and of those in its groups."""
    for command in app.registered_commands:
        command.cls = Verb
    for group in app.registered_groups:
        if group.typer_instance is not None:
            make_verbs(group.typer_instance)
