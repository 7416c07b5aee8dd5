"""YAML bytes or text to a `Document`; whatever stops the reading becomes a user's error with its line and column."""

from pathlib import Path

import yaml

from actloss_cli.config.document import Document, Mark, Origin
from actloss_cli.config.yaml_loader import compose
from actloss_cli.config.yaml_values import ValueWalk
from actloss_cli.errors import UserError, user_error

MAX_BYTES = 250_000
"""Whatever the text, PyYAML reads that much in about a second."""

_UNPRINTABLE = yaml.reader.Reader.NON_PRINTABLE
_BREAKS = "\n\x85\u2028\u2029"
"""What PyYAML counts as a line's end, beside \\r."""


def read_yaml_file(path: Path, source: str) -> Document:
    """The document in a UTF-8 file, which problems call `source`. Raises `UserError`."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise user_error(f"can't be read: {reason}", where=source, hint="check the file's permissions") from None
    if len(content) > MAX_BYTES:
        hint = "no config needs that: is this the right file?"
        raise user_error(f"larger than {MAX_BYTES // 1000} kB", where=source, hint=hint)
    origin = Origin(source, path.absolute().parent)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        mark = _mark_at(content[: error.start].decode("utf-8-sig", errors="replace"), origin)
        message = f"not UTF-8 text (byte 0x{content[error.start]:02x})"
        raise user_error(message, where=str(mark), hint="save the file as UTF-8") from None
    return read_yaml(text, origin)


def read_yaml(text: str, origin: Origin) -> Document:
    """The values of one YAML document. Raises `UserError` where nothing after the flaw can be read."""
    if (bad := _UNPRINTABLE.search(text)) is not None:
        where = str(_mark_at(text[: bad.start()], origin))
        raise user_error(f"the character U+{ord(bad.group()):04X} can't stand in YAML", where=where, hint="remove it")
    walk = ValueWalk(origin)
    try:
        root = compose(text)
        value = None if root is None else walk.visit(root, origin.path)
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, origin) from None
    walk.marks.setdefault(origin.path, Mark(origin, 1, 1))
    return Document(value, walk.marks, walk.key_marks, tuple(walk.problems), frozenset(walk.unreadable))


def _mark_at(before: str, origin: Origin) -> Mark:
    """The place after the text `before`."""
    before = before.replace("\r\n", "\n").replace("\r", "\n")
    line_start = 1 + max(before.rfind(end) for end in _BREAKS)
    return Mark(origin, 1 + sum(before.count(end) for end in _BREAKS), len(before) - line_start + 1)


def _syntax_error(error: yaml.MarkedYAMLError, origin: Origin) -> UserError:
    mark = error.problem_mark
    assert mark is not None, "every error of scanner, parser and composer has one"
    where = str(Mark(origin, mark.line + 1, mark.column + 1))
    if error.note:
        return user_error(str(error.problem), where=where, hint=error.note)
    if "'\\t'" in str(error.problem):
        return user_error(f"invalid YAML: {error.problem}", where=where, hint="indent with spaces, not with tabs")
    begun = error.context_mark
    begin = f" from line {begun.line + 1} on" if begun and begun.line < mark.line else " up to here"
    return user_error(
        f"invalid YAML: {error.context}, {error.problem}" if error.context else f"invalid YAML: {error.problem}",
        where=where,
        hint=f"check quotes, brackets, colons and indentation{begin}",
    )
