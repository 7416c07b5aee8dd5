"""Text for a Rich console: users' words made harmless, verdicts with their symbols."""

from itertools import chain, repeat

from rich.console import Console
from rich.text import Text

from actloss_cli.report.escape import printable
from actloss_cli.report.verdict_style import style_of


def is_ascii(console: Console) -> bool:
    """Whether the console's encoding has nothing else, as `Console.options` says, which gathers much more to say it."""
    return not console.encoding.startswith("utf")


def shown(console: Console, text: str, style: str = "") -> Text:
    """Never markup, never a control character; ASCII alone where the console's encoding has no more."""
    ascii_only = is_ascii(console)
    plain = text.replace("²", "2") if ascii_only else text
    return Text(printable(plain, ascii_only=ascii_only), style=style, overflow="fold")


def say(console: Console, *parts: Text | str, indent: int = 0, lead: str = "") -> None:
    """Prints the parts as one paragraph that folds at the console's width; `lead` stands in the first line's indent."""
    paragraph = Text(overflow="fold")
    for part in parts:
        paragraph.append_text(part if isinstance(part, Text) else shown(console, part))
    lines = paragraph.wrap(console, max(console.width - indent, 20))
    for line in lines:
        line.rstrip()
    starts = chain([lead.ljust(indent)], repeat(" " * indent))
    console.print(*[Text(start) + line for start, line in zip(starts, lines, strict=False)], sep="\n", soft_wrap=True)


def symbol(console: Console, verdict: str) -> Text:
    """The verdict's symbol in its colour."""
    style = style_of(verdict)
    return Text(style.plain_symbol if is_ascii(console) else style.symbol, style.terminal)


def verdict_text(console: Console, verdict: str) -> Text:
    """Symbol and word."""
    return symbol(console, verdict) + Text(f" {verdict}", style_of(verdict).terminal)
