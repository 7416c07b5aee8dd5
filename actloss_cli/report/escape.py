"""Text from users made safe for the place that shows it: a terminal, a CSV cell, a file name."""

import re
import unicodedata

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories that move the cursor, reorder or hide what stands beside them."""


def printable(text: str, *, ascii_only: bool = False) -> str:
    r"""Control and formatting characters written out (`\x1b`), so that a terminal shows them and obeys none."""
    if text.isprintable() and (text.isascii() or not ascii_only):
        return text  # as nearly all are; a page shows a million
    return "".join(
        written_out(c) if unicodedata.category(c) in _HIDDEN or (ascii_only and c > "~") else c for c in text
    )


def csv_text(text: str) -> str:
    """With a leading apostrophe where a spreadsheet would take the text for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def file_stem(label: str) -> str:
    """A name that every file system takes: letters, digits, `_`, `-`, inner dots; never empty, at most 80 long."""
    ascii_text = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", ascii_text).strip("._-")[:80] or "task"


def file_stems(labels: list[str]) -> dict[str, str]:
    """A file stem for each label, no two the same even where letters' case is ignored."""
    stems: dict[str, str] = {}
    taken: set[str] = set()
    for label in labels:
        stem, count = file_stem(label), 1
        while stem.lower() in taken:
            count += 1
            stem = f"{file_stem(label)}-{count}"
        taken.add(stem.lower())
        stems[label] = stem
    return stems


def breakable_parts(label: str) -> list[str]:
    """What a label may be broken into: each part ends with `_`, `-`, `/`, `,`, `(` or a space, or is the last."""
    return re.findall(r"[^_\-/, (]+[_\-/, (]?|[_\-/, (]", label)


def fold_label(label: str, width: int) -> list[str]:
    """Lines of at most `width` characters, broken where `breakable_parts` says so where that suffices."""
    lines = [""]
    for part in breakable_parts(label):
        rest = part
        if len(lines[-1]) + len(rest.rstrip()) > width and lines[-1]:
            lines.append("")
        while len(rest) > width:
            lines[-1], rest = rest[:width], rest[width:]
            lines.append("")
        lines[-1] += rest
    return [line.strip() for line in lines if line.strip()] or [""]


def written_out(char: str) -> str:
    r"""The escape of one character: `\x1b`, `\u202e`."""
    return char.encode("unicode_escape").decode("ascii")
