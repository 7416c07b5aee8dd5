"""The ranked list in a terminal: a line of numbers for each pairing, its functions, then the reason."""

from collections.abc import Mapping

import pandas as pd
from rich.console import Console
from rich.text import Text

from actloss_cli.analysis.explanations import BETWEEN_NOTICES
from actloss_cli.analysis.judgements import ProbabilityGrade
from actloss_cli.analysis.pairing_row import FUNCTIONS
from actloss_cli.analysis.verdicts import VerdictName
from actloss_cli.report.frame_rows import rows_of
from actloss_cli.report.number_format import format_interval, format_lr, format_score, format_steps
from actloss_cli.report.ranking import best_pairings, pairing_label, rank_pairings, worst_mismatched
from actloss_cli.report.terminal_text import say, shown, verdict_text

BOTTOM = 5

_SAID_ABOVE = (VerdictName.WORKS, VerdictName.NO_SIGNAL)
"""Verdicts whose reason the headline holds already, or which need none."""
_INDENT = 5
_HEADER = f"{'':{_INDENT}}{'verdict':<12} {'score':>7} {'95 % interval':<16} {'lr':>8} {'steps':>7}"
_NUMBERS = len(_HEADER)
_NAMES = ("activation/output/loss/optimizer", "pairing")
"""Of the last column, the first that fits."""


def print_ranking(console: Console, pairings: pd.DataFrame, top: int) -> None:
    """The best `top` of a task, then the worst of the mismatched that could be trained, each with its place."""
    best = best_pairings(pairings, top)
    worst = worst_mismatched(pairings, BOTTOM)
    worst = worst[~worst.index.isin(best.index)]
    _print_lists(console, pairings, {"best by test score": best, "worst that could be trained": worst})


def print_selected(console: Console, pairings: pd.DataFrame, chosen: pd.DataFrame, top: int) -> None:
    """The first `top` of those chosen, with their places among all pairings of the task; the rest are counted."""
    listed = rank_pairings(chosen).head(top)
    _print_lists(console, pairings, {"by test score": listed})
    if len(chosen) > len(listed):
        say(console, f"and {len(chosen) - len(listed):,} more: --top {len(chosen)} lists them", indent=_INDENT)


def _print_lists(console: Console, pairings: pd.DataFrame, lists: Mapping[str, pd.DataFrame]) -> None:
    ranked = rank_pairings(pairings[[*FUNCTIONS, "score"]]).index
    places = {pairing_id: place for place, pairing_id in enumerate(ranked, start=1)}
    beside = _beside(console, [pairing_label(row) for part in lists.values() for _, row in rows_of(part)])
    name = next((name for name in _NAMES if _NUMBERS + 2 + len(name) <= console.width), "") if beside else ""
    header = Text(f"{_HEADER}  {name}".rstrip(), style="bold")
    for title, part in lists.items():
        if len(part):
            say(console, shown(console, title, "italic"))
            console.print(header, soft_wrap=True)
            for pairing_id, row in rows_of(part):
                _print_pairing(console, places[pairing_id], row, beside=beside)
            console.print()


def _print_pairing(console: Console, place: int, row: pd.Series, *, beside: bool) -> None:
    verdict = verdict_text(console, row["verdict"])
    verdict.pad_right(max(12 - verdict.cell_len, 0))
    numbers = (
        f" {format_score(row['score']):>7} {format_interval(row['score_low'], row['score_high']):<16}"
        f" {format_lr(row['lr']):>8} {format_steps(row['steps_to_target']):>7}"
    )
    line = Text(f"{place:>{_INDENT - 1}} ") + verdict + Text(numbers)
    label = shown(console, pairing_label(row), "bold")
    if beside:
        console.print(line + Text("  ") + label, soft_wrap=True)
    else:
        console.print(line, soft_wrap=True)
        say(console, label, indent=_INDENT)
    if row["verdict"] not in _SAID_ABOVE:
        say(console, shown(console, row["reason"], "dim"), indent=_INDENT)
    if row["score_grade"]:
        say(console, shown(console, judgements(row), "dim"), indent=_INDENT)
    if row["cause"]:
        say(console, "because: ", shown(console, row["cause"]), indent=_INDENT)
    for notice in filter(None, row["notices"].split(BETWEEN_NOTICES)):
        say(console, "notice: ", shown(console, notice), indent=_INDENT)


def judgements(row: pd.Series) -> str:
    """`score good, speed slow, stable, probabilities impaired`: the four, the last where any are implied."""
    parts = [f"score {row['score_grade']}", f"speed {row['speed_grade']}", f"seeds {row['stability_grade']}"]
    if row["probability_grade"] not in ("", ProbabilityGrade.NONE):
        parts.append(f"probabilities {row['probability_grade']}")
    return ", ".join(parts)


def _beside(console: Console, labels: list[str]) -> bool:
    """Whether all labels fit behind the numbers."""
    return all(_NUMBERS + 2 + shown(console, label).cell_len <= console.width for label in labels)
