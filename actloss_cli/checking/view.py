"""A check as lines of text, each with the part it plays; who prints them chooses colours and the width."""

import textwrap
from dataclasses import dataclass
from typing import Literal

from actloss_cli.checking.answer import Check
from actloss_cli.checking.findings import Finding

Role = Literal["error", "warning", "note", "ok", "detail", "code", "plain"]
WIDTH = 100
_INDENT = 2


@dataclass(frozen=True)
class Line:
    """One line; `lead` is how many of its characters carry the role's colour."""

    text: str
    role: Role = "plain"
    lead: int = 0


def lines_of(check: Check, width: int = WIDTH) -> list[Line]:
    """Findings, the gravest first, then what was seen and the count."""
    lines = list[Line]()
    for finding in check.findings:
        lines += [*_finding(finding, width), Line("")]
    return [*lines, *_folded(_seen(check), width), _summary(check)]


def _finding(finding: Finding, width: int) -> list[Line]:
    head = f"{finding.level}[{finding.rule}]"
    where = f" {finding.where}:" if finding.where else ":"
    first, *more = textwrap.wrap(
        f"{head}{where} {finding.sentence}", width, subsequent_indent=" " * _INDENT, break_long_words=False
    )
    role: Role = finding.level.value
    lines = [Line(first, role, len(head)), *(Line(text) for text in more)]
    for name in ("evidence", "theory", "measured"):
        if text := getattr(finding, name):
            lines += _folded(f"{name + ':':<10}{text}", width, _INDENT, "detail")
    if finding.fix:
        lines += [Line(f"{' ' * _INDENT}fix:", "detail", _INDENT + 4)]
        lines += [Line(f"{' ' * 2 * _INDENT}{code}", "code") for code in finding.fix.splitlines()]
    return lines


def _folded(text: str, width: int, indent: int = 0, role: Role = "plain") -> list[Line]:
    hang = " " * (indent + (10 if role == "detail" else 0))
    first, *more = textwrap.wrap(
        text, width, initial_indent=" " * indent, subsequent_indent=hang, break_long_words=False
    )
    lead = indent + 10 if role == "detail" else 0
    return [Line(first, role, lead), *(Line(part, "plain") for part in more)]


def _seen(check: Check) -> str:
    """`seen: identity + cross_entropy on 10 units; relu; depth 3, init torch; loss 2.31 at the start, ..`."""
    seen = check.seen
    units = f" on {seen.n_units} unit{'s' if seen.n_units != 1 else ''}" if seen.n_units else ""
    pairing = f"{seen.output or 'an unknown output'} + {seen.loss}{units}" if seen.loss else "a loss that is not known"
    parts = [pairing, ", ".join(seen.activations[:3]) or "no hidden activation"]
    parts.append(f"depth {seen.depth}" + (f", init {seen.init}" if seen.init else ""))
    if seen.loss_at_start is not None:
        expected = f", {seen.expected_loss:.4g} of one who knows nothing" if seen.expected_loss is not None else ""
        parts.append(f"loss {seen.loss_at_start:.4g} at the start{expected}")
    return "seen: " + "; ".join(parts)


def _summary(check: Check) -> Line:
    if not check.findings:
        return Line("ok: nothing found", "ok", 2)
    counts = [(level, sum(f.level == level for f in check.findings)) for level in ("error", "warning", "note")]
    said = ", ".join(f"{n} {level}{'s' if n != 1 else ''}" for level, n in counts if n)
    return Line(
        f"{'ok: no error; ' if check.ok else ''}{said}", "ok" if check.ok else "error", 2 if check.ok else len(said)
    )
