"""What changed between two runs in a terminal: a headline in words, the settings that differ, verdicts, scores."""

import math
from collections.abc import Callable

import pandas as pd
from rich.console import Console
from rich.text import Text

from actloss_cli.analysis.change_counts import (
    ChangeCounts,
    count_by_task,
    count_changes,
    count_transitions,
    rank_changed,
    rank_moved,
)
from actloss_cli.analysis.changes import MOST_Q, Changes
from actloss_cli.report.findings import unfinished
from actloss_cli.report.frame_rows import row_at, rows_of
from actloss_cli.report.number_format import ABSENT, format_lr, format_score
from actloss_cli.report.ranking import pairing_label
from actloss_cli.report.setting_changes_view import print_setting_changes
from actloss_cli.report.terminal_text import say, shown, verdict_text
from actloss_cli.store.data import RunData

_INDENT = 5
_ARROW = " -> "
_SCORES = f"{'score':<5}{'':{len(_ARROW)}}{'':<5} {'change':>8}"
_VERDICT_HEADER = f"{'':{_INDENT}}{'before':<12}{_ARROW}{'after':<12} {_SCORES}"
_SCORE_HEADER = f"{'':{_INDENT}}{_SCORES}  {'95 % interval':<20} {'q':>6}"
_LEGEND = (
    f"Beyond noise: q is at most {MOST_Q:g}, and the change is more than half a test row. q: p of a t test over seeds, "
    "paired unless noted, adjusted for the number of pairings (Benjamini-Hochberg)."
)
_ROUNDING = 1e-9
_FEW_NAMES = 3
"""Pairings of one run alone that are named; of more the rest is counted."""


def render_changes(console: Console, before: RunData, after: RunData, changes: Changes, top: int | None = 10) -> None:
    """Prints all of it, of each table the `top` most serious rows, every one for None; complete without colour."""
    for side, run in (("before", before), ("after", after)):
        _print_run(console, side, run)
    counts = count_changes(changes.pairings)
    say(console, shown(console, headline(counts), "bold"))
    _print_tasks(console, changes)
    for side, only in (("before", changes.only_before), ("after", changes.only_after)):
        _print_only(console, side, only)
    print_setting_changes(console, changes.settings, changes.pairings["task"].unique())
    console.print()
    _print_verdicts(console, changes.pairings, top)
    _print_scores(console, changes.pairings, top)


def headline(counts: ChangeCounts) -> str:
    """`2,870 pairings in both; 12 verdicts changed, 3 of them from working to mismatched; 40 scores moved ...`."""
    kinds = (
        (counts.n_broken, "from working to mismatched"),
        (counts.n_mended, "from mismatched to working"),
        (counts.n_lost, "to incomplete"),
    )
    named = [f"{n:,} {kind}" for n, kind in kinds if n]
    if named:
        named[0] = named[0].replace(" ", " of them ", 1)
    untrained = f", {counts.n_untrained:,} of them without a score" if counts.n_untrained else ""
    moved = f" ({counts.n_down:,} down, {counts.n_up:,} up)" if counts.n_moved else ""
    return "; ".join(
        [
            f"{_count(counts.n_both, 'pairing')} in both",
            ", ".join([f"{_count(counts.n_changed, 'verdict')} changed", *named]),
            f"{_count(counts.n_moved, 'score')} moved beyond noise{moved}",
            f"{counts.n_equal:,} {'is' if counts.n_equal == 1 else 'are'} equal to the last digit{untrained}",
        ]
    )


def check_text(counts: ChangeCounts) -> str:
    """Whether the second run confirms the first, in a line."""
    if counts.holds:
        return "check held: no verdict crossed between working and mismatched, and no score moved beyond noise"
    reasons = (
        (counts.n_broken + counts.n_mended, "verdict", "crossed between working and mismatched"),
        (counts.n_moved, "score", "moved beyond noise"),
        (counts.n_lost, "verdict", "became incomplete"),
    )
    return f"check did not hold: {', '.join(f'{_count(n, noun)} {what}' for n, noun, what in reasons if n)}"


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def _print_run(console: Console, side: str, run: RunData) -> None:
    say(console, f"{side + ':':<8}", shown(console, run.path, "bold"), f" ({len(run.pairings):,} pairings)")
    if label := unfinished(run.facts):
        say(console, shown(console, label, "bold reverse"), indent=8)


def _print_tasks(console: Console, changes: Changes) -> None:
    """Those in which anything changed."""
    for task, counts in count_by_task(changes.pairings):
        parts = [
            f"{_count(n, noun)} {what}"
            for n, noun, what in (
                (counts.n_changed, "verdict", "changed"),
                (counts.n_down, "score", "down"),
                (counts.n_up, "score", "up"),
            )
            if n
        ]
        was, now = (str(row_at(changes.references, task)[side]) or "none" for side in ("before", "after"))
        if was != now:
            parts.append(f"reference {was}{_ARROW}{now}")
        if parts:
            say(console, shown(console, task), f": {', '.join(parts)}", indent=2)


def _print_only(console: Console, side: str, only: pd.DataFrame) -> None:
    if len(only):
        names = [_full_label(row) for _, row in rows_of(only.head(_FEW_NAMES))]
        rest = f" and {len(only) - _FEW_NAMES:,} more" if len(only) > _FEW_NAMES else ""
        say(console, f"only {side}: {_count(len(only), 'pairing')}, ", shown(console, ", ".join(names)), rest)


def _print_verdicts(console: Console, pairings: pd.DataFrame, top: int | None) -> None:
    ranked = rank_changed(pairings)
    if len(ranked):
        say(console, shown(console, "verdicts that changed, those between working and mismatched first", "italic"))
        transitions = count_transitions(pairings).items()
        say(console, ", ".join(f"{n:,} {was}{_ARROW}{now}" for (was, now), n in transitions), indent=2)
        _print_table(console, _VERDICT_HEADER, ranked, top, _verdict_cells, _reason)


def _print_scores(console: Console, pairings: pd.DataFrame, top: int | None) -> None:
    ranked = rank_moved(pairings)
    if len(ranked):
        say(console, shown(console, "scores that moved beyond noise, the largest change first", "italic"))
        _print_table(console, _SCORE_HEADER, ranked, top, _score_cells, _conditions)
        say(console, _LEGEND)


def _print_table(
    console: Console,
    header: str,
    ranked: pd.DataFrame,
    top: int | None,
    cells: Callable[[Console, pd.Series], Text],
    note: Callable[[pd.Series], str],
) -> None:
    """Of each row its numbers, the pairing beside them where all labels fit, else below, and a note if there is one."""
    rows = ranked if top is None else ranked.head(top)
    labels = [shown(console, _full_label(row), "bold") for _, row in rows_of(rows)]
    beside = all(len(header) + 2 + label.cell_len <= console.width for label in labels)
    title = header + ("  task/activation/output/loss/optimizer" if beside else "")
    console.print(Text(title, style="bold"), soft_wrap=True)
    for place, ((_, row), label) in enumerate(zip(rows_of(rows), labels, strict=True), start=1):
        line = Text(f"{place:>{_INDENT - 1}} ") + cells(console, row)
        if beside:
            line.pad_right(len(header) + 2 - line.cell_len)
            console.print(line + label, soft_wrap=True)
        else:
            console.print(line, soft_wrap=True)
            say(console, label, indent=_INDENT)
        if text := note(row):
            say(console, shown(console, text, "dim"), indent=_INDENT)
    if len(rows) < len(ranked):
        say(console, f"and {len(ranked) - len(rows):,} more; --all lists them", indent=_INDENT)
    console.print()


def _verdict_cells(console: Console, row: pd.Series) -> Text:
    before, after = (verdict_text(console, row[f"verdict_{side}"]) for side in ("before", "after"))
    for verdict in (before, after):
        verdict.pad_right(max(12 - verdict.cell_len, 0))
    return before + Text(_ARROW) + after + Text(f" {_scores_text(row)}")


def _score_cells(_: Console, row: pd.Series) -> Text:
    interval = f"{_signed(row['difference_low'])} to {_signed(row['difference_high'])}"
    q = "<0.001" if row["q"] < 0.001 else f"{row['q']:.3f}"
    return Text(f"{_scores_text(row)}  {interval:<20} {q:>6}")


def _scores_text(row: pd.Series) -> str:
    scores = _ARROW.join(f"{format_score(row[f'score_{side}']):<5}" for side in ("before", "after"))
    return f"{scores} {_signed(row['difference']):>8}"


def _signed(difference: float) -> str:
    """Three decimals, or two significant digits where these would show nothing of what is more than rounding."""
    if math.isnan(difference):
        return ABSENT
    if abs(difference) < _ROUNDING:
        return "0.000"
    return f"{difference:+.3f}" if abs(difference) >= 0.0005 else f"{difference:+.1e}"


def _reason(row: pd.Series) -> str:
    return f"{_lr_text(row)}{row['reason_after']}"


def _conditions(row: pd.Series) -> str:
    """What else differs between the two scores, "" for nothing."""
    seeds = "" if row["paired"] else f"not paired: {row['seeds_before']} seeds before, {row['seeds_after']} after"
    return f"{_lr_text(row)}{seeds}".removesuffix("; ")


def _lr_text(row: pd.Series) -> str:
    before, after = (format_lr(row[f"lr_{side}"]) for side in ("before", "after"))
    return "" if before == after else f"lr {before}{_ARROW}{after}; "


def _full_label(row: pd.Series) -> str:
    """As `actloss show` takes it."""
    return f"{row['task']}/{pairing_label(row)}"
