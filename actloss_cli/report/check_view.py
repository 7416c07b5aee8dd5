"""What `actloss check` prints: the lines of a check in colour, folded to the console's width."""

from rich.console import Console

from actloss_cli.checking import Check
from actloss_cli.checking.view import lines_of
from actloss_cli.report.terminal_text import shown

_STYLES = {"error": "bold red", "warning": "bold yellow", "note": "bold blue", "ok": "bold green", "code": "cyan"}
_NARROWEST = 40


def render_check(console: Console, check: Check) -> None:
    """Prints findings, the gravest first, what was seen, and the count."""
    for line in lines_of(check, max(console.width, _NARROWEST)):
        style = _STYLES.get(line.role, "dim" if line.role == "detail" else "")
        lead = line.lead or (len(line.text) if line.role == "code" else 0)
        console.print(shown(console, line.text[:lead], style) + shown(console, line.text[lead:]), soft_wrap=True)
