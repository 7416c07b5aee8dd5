"""Data inside of an HTML file: JSON that can't end its element, or packed; its texts obey nothing, hide nothing."""

import base64
import gzip
import json
from typing import Any

from markupsafe import Markup

from actloss_cli.report.escape import printable

_LEVEL = 6
"""Of gzip: 9 takes three times as long for 1 % less."""


def json_island(value: Any) -> Markup:
    """JSON for `<script type="application/json">`: with `<` written out, nothing in it can end the element."""
    return Markup(_dumped(value).replace("<", "\\u003c"))  # noqa: S704  # no `<` is left, and the element holds raw text


def packed_island(value: Any) -> Markup:
    """The same JSON, gzipped, in base 64: for what is read only when it is opened. The same value, the same text."""
    packed = gzip.compress(_dumped(value).encode(), _LEVEL, mtime=0)
    return Markup(base64.b64encode(packed).decode())  # noqa: S704  # letters, digits, `+/=`


def _dumped(value: Any) -> str:
    text = _json(value)
    # what would be written out shows here: as itself, or after a backslash that is not a quotation mark's
    is_plain = text.isprintable() and "\\" not in text.replace('\\"', "")
    return text if is_plain else _json(_shown(value))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _shown(value: Any) -> Any:
    """With control and formatting characters of every text written out."""
    match value:
        case str():
            return printable(value)
        case dict():
            return {_shown(key): _shown(part) for key, part in value.items()}
        case list() | tuple():
            return [_shown(part) for part in value]
        case _:
            return value
