"""How values, near misses and names are put into words for messages; knows neither YAML nor the schema."""

import difflib
import re
import reprlib
from collections.abc import Iterable, Sequence

MAX_LABEL = 64
LABEL_RULE = f"use 1 to {MAX_LABEL} printable characters without '/' and without spaces at the ends"

_text = reprlib.Repr()
_text.maxstring = 60

RUN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")
"""The form of a run's name."""
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
"""Names of devices that Windows lets no file take, whatever follows the dot."""


def shown(value: object) -> str:
    """A value from YAML as a message shows it; control characters escaped, its middle cut out if long."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            return _text.repr(value)
        case list():
            return "a list" if value else "an empty list"
        case dict():
            return "a mapping" if value else "an empty mapping"
        case _:
            return str(value)


def nearest(word: str, known: Iterable[str]) -> str:
    """`did you mean 'x'?`, or "" where nothing is near."""
    near = difflib.get_close_matches(word[:MAX_LABEL], list(known), n=1)
    return f"did you mean '{near[0]}'?" if near else ""


def nearest_or_all(word: str, known: Sequence[str], listing: str) -> str:
    """A hint after a miss: the near one if there is one, else all there are, introduced by `listing`."""
    return nearest(word, known) or f"{listing}: {', '.join(known)}"


def label_problem(text: str) -> str:
    """Why this can't be a label; "" where it can. Labels are joined on '/' in a pairing's name."""
    if 1 <= len(text) <= MAX_LABEL and text.isprintable() and "/" not in text and text == text.strip():
        return ""
    return f"{shown(text)} can't be a label"


def run_name_problem(text: str) -> str:
    """Why this can't be a run's name, which names its folder of results; "" where it can."""
    if RUN_NAME.fullmatch(text) is None:
        return f"{shown(text)} can't be the name of a folder of results"
    if text.endswith(".") or _RESERVED.fullmatch(text):
        return f"{shown(text)} can't be the name of a folder on every system"
    return ""
