"""Predicted against measured verdicts in a terminal and as Markdown: the confusion table, the shares, who disagrees."""

from collections.abc import Iterator

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table

from actloss_cli.analysis.agreement import ALL, agreement_table, confusion, disagreement_groups
from actloss_cli.report.frame_rows import rows_of
from actloss_cli.report.markdown import plain, table
from actloss_cli.report.number_format import ABSENT, format_interval, format_score
from actloss_cli.report.pairing_facts import Row
from actloss_cli.report.terminal_text import say, shown
from actloss_cli.store.data import RunFacts

_TITLE = "predicted against measured"
_LISTED = 5
"""Groups of disagreements in a terminal; the files hold all."""
_NAMED = 30
"""The same on a page."""
HOW_TO_READ = (
    "Predicted from the functions alone, before the first trial. Precision: of the pairings predicted to be "
    "mismatched, the share that was measured to be; recall: the other way round; with Wilson's 95 % interval. Then how "
    "many of the pairings are mismatched by both, by prediction and by measurement. Invalid ones are left out; "
    "neither: those measured neither to work nor to be mismatched, which count for nothing."
)


def print_agreement(console: Console, run: RunFacts, pairings: pd.DataFrame) -> None:
    """Prints how `Analysis.pairings` agree with what was predicted of them; nothing where none was trained."""
    found = confusion(pairings)
    if found.empty:
        return
    shares = agreement_table(pairings)
    say(console, shown(console, _TITLE, "bold"), shown(console, f": {finding(shares)}", "bold"))
    _print_rows(console, *_confusion_rows(found))
    _print_rows(console, *_share_rows(shares[shares["level"] == "task"]))
    groups = disagreement_groups(pairings)
    for row in _grouped(groups[:_LISTED]):
        say(console, row, indent=2)
    if len(groups) > _LISTED:
        say(console, f"and {len(groups) - _LISTED} more groups that disagree, in agreement.md", indent=2)
    for text in filter(None, (attestation(run), HOW_TO_READ)):
        say(console, shown(console, text, "dim"), indent=2)
    console.print()


def agreement_markdown(run: RunFacts, pairings: pd.DataFrame) -> str:
    """The same as Markdown, with every output under every loss; a sentence alone where no pairing was trained."""
    parts = (f"# Predicted against measured: {plain(run.name)}", *_paragraphs(pairings), attestation(run))
    return "\n\n".join(filter(None, parts)) + "\n"


def attestation(run: RunFacts) -> str:
    """When the predictions were frozen, and whether they are those of then; "" of a run without a store."""
    if run.predictions is None:
        return ""
    digest = f"sha256 {run.predictions.sha256[:16]}"
    if not run.is_attested:
        return (
            f"provenance.json does not attest to these predictions ({digest}): were they changed after the run began?"
        )
    frozen = f"{run.predictions.n:,} predictions, the last of them frozen at {run.predictions.frozen}"
    return f"{frozen} ({digest}), as provenance.json has it."


def finding(shares: pd.DataFrame) -> str:
    """`precision 0.93 (0.92 to 0.94), recall 0.92 (0.91 to 0.94), of 2,266 pairings`; `shares` as `agreement_table`."""
    whole = shares[shares["level"] == ALL].iloc[0]
    return (
        f"precision {_share(whole, 'precision')}, recall {_share(whole, 'recall')}, "
        f"{whole['n']:,} pairings and {whole['n_open']:,} of which neither was measured"
    )


def prediction_sentence(row: Row) -> str:
    """`impaired, by the rule "r2 ceiling": ..; measured fails`, of a row of `Analysis.pairings`."""
    by = f'{row["predicted"]}, by the rule "{row["predicted_rule"]}": {row["predicted_reason"]}'
    return f"{by}; measured {row['verdict']}"


def _paragraphs(pairings: pd.DataFrame) -> Iterator[str]:
    found = confusion(pairings)
    if found.empty:
        yield "No pairing was trained: nothing to hold predictions against."
        return
    shares, groups = agreement_table(pairings), disagreement_groups(pairings)
    yield f"{finding(shares).capitalize()}."
    yield HOW_TO_READ
    yield confusion_markdown(found)
    yield shares_markdown(shares[shares["level"].isin(["kind", "task"])])
    yield shares_markdown(shares[shares["level"] == "output x loss"])
    yield f"Where they disagree, {len(groups):,} groups, the largest first; `disagreements.csv` has each pairing:"
    yield "\n".join(f"- {plain(text)}" for text in _grouped(groups[:_NAMED]))


def confusion_markdown(found: pd.DataFrame) -> str:
    """A table of `confusion`."""
    return _markdown(*_confusion_rows(found))


def shares_markdown(shares: pd.DataFrame) -> str:
    """A table of `agreement_table`, or of some of its rows."""
    return _markdown(*_share_rows(shares))


def _markdown(header: list[str], rows: list[list[str]]) -> str:
    return table(header, ([plain(cell) for cell in row] for row in rows))


def _confusion_rows(found: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    header = ["predicted, then measured", *map(str, found.columns)]
    return header, [[str(name), *(f"{n:,}" for n in row)] for name, row in rows_of(found)]


def _share_rows(shares: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    counted = {"both": "n_both", "predicted": "n_predicted", "measured": "n_measured", "of": "n", "neither": "n_open"}
    rows = []
    for _, row in rows_of(shares):
        name = " ".join(filter(None, (row["task"] or row["kind"] or row["level"], row["output"], row["loss"])))
        counts = [f"{row[column]:,}" for column in counted.values()]
        rows.append([name, _share(row, "precision"), _share(row, "recall"), *counts])
    return ["", "precision", "recall", *counted], rows


def _share(row: pd.Series, name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return f"{format_score(row[name])} ({format_interval(low, high)})" if pd.notna(row[name]) else ABSENT


def _grouped(groups: pd.DataFrame) -> Iterator[str]:
    """A sentence for each group: how many, what theory said and why, what was measured and why."""
    for _, row in rows_of(groups):
        because = f" because of {row['cause_name']}" if row["cause_name"] else ""
        yield (
            f"{row['n']} under {row['output']} and {row['loss']} on {row['task']}, such as {row['example']}: "
            f"predicted {row['predicted']} ({row['predicted_rule']}: {row['predicted_reason']}), "
            f"measured {row['verdict']}{because} ({row['reason']})"
        )


def _print_rows(console: Console, header: list[str], rows: list[list[str]]) -> None:
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for name in header:
        grid.add_column(shown(console, name), overflow="fold")
    for row in rows:
        grid.add_row(*(shown(console, cell) for cell in row))
    console.print(grid)
    console.print()
