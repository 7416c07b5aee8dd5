"""What is wrong with a dataset, in one line, with a hint; whatever comes from a file is quoted and cut short."""

import re
import reprlib
from collections.abc import Iterable

_MAX_LISTED = 8
_MAX_REASON = 200

_names = reprlib.Repr()
_names.maxstring = 42
_paths = reprlib.Repr()
_paths.maxstring = 200


class DatasetError(Exception):
    """A dataset that can't be found, read or used as asked; the config adds the place that asked for it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def quoted(name: object) -> str:
    """A name or a cell as a message shows it: in quotes, control characters escaped, its middle cut out if long."""
    return _names.repr(str(name))


def quoted_path(path: str) -> str:
    """A path as a message shows it: like `quoted`, with room for the whole of a usual path."""
    return _paths.repr(path)


def reason(error: Exception) -> str:
    """A library's error as part of a message: its last line, printable and cut short."""
    line = (str(error).strip().splitlines() or [type(error).__name__])[-1]
    line = re.sub(r"\[Errno -?\d+\] ", "", line).removeprefix("<urlopen error ").removesuffix(">")
    if not isinstance(error, OSError | RuntimeError | ValueError):
        line = f"{type(error).__name__}: {line}"
    return "".join(c if c.isprintable() else "?" for c in line[:_MAX_REASON])


def listed(names: Iterable[object]) -> str:
    """`'a', 'b', 'c'`; after the first eight, how many more there are."""
    return _joined([quoted(name) for name in names])


def listed_with_rows(n_rows: Iterable[tuple[object, int]]) -> str:
    """`'a' (3 rows), 'b' (1 row)`; after the first eight, how many more there are."""
    return _joined([f"{quoted(name)} ({counted(n, 'row')})" for name, n in n_rows])


def counted(n: int, noun: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _joined(shown: list[str]) -> str:
    more = len(shown) - _MAX_LISTED
    return ", ".join(shown[:_MAX_LISTED]) + (f" and {more} more" if more > 0 else "")
