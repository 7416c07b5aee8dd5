"""A span of time as people type it."""

import re

from actloss_cli.errors import user_error

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_FORM = re.compile(r"(\d+(?:\.\d+)?) ?(s|m|min|h)?")


def read_duration(text: str, option: str) -> float:
    """Seconds: `90`, `90s`, `2m`, `1.5 h`; raises `UserError` for anything else."""
    found = _FORM.fullmatch(text.strip().lower())
    seconds = float(found[1]) * _UNITS[found[2] or ""] if found else 0.0
    if not seconds:
        raise user_error(f"{text[:40]!r} is no span of time", where=option, hint="write it as in 90s, 2m or 1h")
    return seconds
