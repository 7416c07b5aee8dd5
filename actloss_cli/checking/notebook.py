"""A check as HTML for a notebook: its own styles inline, every text escaped, readable on light and on dark."""

from html import escape

from actloss_cli.checking.answer import Check
from actloss_cli.checking.findings import Finding, Level
from actloss_cli.checking.view import lines_of

_COLOURS = {Level.ERROR: "#c0392b", Level.WARNING: "#b9770e", Level.NOTE: "#2471a3"}


def html_of(check: Check) -> str:
    """One block per finding, then what was seen."""
    *_, seen, summary = lines_of(Check((), check.seen), width=10_000)
    del summary
    count = "nothing found" if not check.findings else f"{len(check.findings)} found"
    state = "ok" if check.ok else "not ok"
    blocks = "".join(_block(finding) for finding in check.findings)
    return (
        f'<div style="font-family:sans-serif;line-height:1.4"><p><b>{state}</b>: {count}</p>{blocks}'
        f'<p style="opacity:.75">{escape(seen.text)}</p></div>'
    )


def _block(finding: Finding) -> str:
    rows = "".join(
        f'<div><span style="opacity:.7">{name}:</span> {escape(text)}</div>'
        for name in ("evidence", "theory", "measured")
        if (text := getattr(finding, name))
    )
    where = f" <code>{escape(finding.where)}</code>" if finding.where else ""
    fix = f'<pre style="margin:.3em 0">{escape(finding.fix)}</pre>' if finding.fix else ""
    return (
        f'<div style="border-left:4px solid {_COLOURS[finding.level]};padding:.2em .8em;margin:.6em 0">'
        f"<div><b>{finding.level}</b> [{escape(finding.rule)}]{where}: "
        f"{escape(finding.sentence)}</div>{rows}{fix}</div>"
    )
