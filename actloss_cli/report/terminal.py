"""A run's report in a terminal: for each task a headline in words, two cross tables, the ranked pairings."""

from collections.abc import Collection

import pandas as pd
from rich.console import Console
from rich.text import Text

from actloss_cli.analysis.cross_tables import activation_by_optimizer, output_by_loss
from actloss_cli.analysis.ranks import all_ranks
from actloss_cli.analysis.verdicts import VerdictName
from actloss_cli.report.agreement_table import print_agreement
from actloss_cli.report.cell_grid import cell_grid
from actloss_cli.report.findings import Offence, count_verdicts, find_offences, unfinished
from actloss_cli.report.frame_rows import of_task, row_at, rows_of
from actloss_cli.report.number_format import format_interval, format_lr, format_score, format_share, score_name
from actloss_cli.report.ranking import pairing_label
from actloss_cli.report.run_report import RunReport
from actloss_cli.report.terminal_grid import print_grid
from actloss_cli.report.terminal_ranking import print_ranking
from actloss_cli.report.terminal_ranks import print_ranks
from actloss_cli.report.terminal_summary import print_summary
from actloss_cli.report.terminal_text import is_ascii, say, shown, verdict_text
from actloss_cli.report.variance_table import print_variance_shares
from actloss_cli.report.verdict_style import STYLES
from actloss_cli.store.data import RunFacts

_OFFENCES = 4
"""How many are named in a headline; the tables hold the rest."""


def render_report(console: Console, report: RunReport, top: int = 10, tasks: Collection[str] = ()) -> None:
    """Prints the answer for each task, then the whole report, with the best `top` pairings of each.

    Complete without colour and at any width. Of named tasks alone it prints what concerns these.
    """
    analysis = report.analysis
    _print_headline(console, report.facts, len(analysis.pairings))
    shown_tasks = [str(task) for task in analysis.tasks.index if not tasks or task in tasks]
    print_summary(console, analysis, shown_tasks)
    for task in shown_tasks:
        console.print()
        _print_task(console, report, task, top)
    if tasks:
        console.print()
        _print_legend(console, analysis.pairings[analysis.pairings["task"].isin(tasks)])
        return
    console.print()
    print_variance_shares(console, report.shares)
    print_agreement(console, report.facts, analysis.pairings)
    for ranks in all_ranks(analysis.pairings):
        console.print()
        print_ranks(console, ranks)
    console.print()
    _print_legend(console, analysis.pairings)


def _print_headline(console: Console, run: RunFacts, n_pairings: int) -> None:
    say(console, shown(console, run.name, "bold"), f": {n_pairings:,} pairings, {run.n_trials:,} trials")
    if label := unfinished(run):
        say(console, shown(console, label, "bold reverse"))


def _print_task(console: Console, report: RunReport, task: str, top: int) -> None:
    pairings = of_task(report.analysis.pairings, task)
    facts = row_at(report.facts.tasks, task)
    n_working = int(pairings["works"].sum())
    console.rule(style="dim", characters="-" if is_ascii(console) else "─")
    work = f": {format_share(n_working, len(pairings))} pairings work"
    say(console, shown(console, task, "bold"), shown(console, work, "bold"))
    name = score_name(facts["kind"])
    say(
        console,
        f"{facts['kind']} on {facts['dataset']}; score: test {name}, floor {format_score(facts['floor'])}",
        indent=2,
    )
    _print_counts(console, pairings)
    _print_reference(console, pairings)
    _print_offences(console, find_offences(pairings, ("output", "loss")))
    _print_offences(console, find_offences(pairings, ("activation", "optimizer")))
    console.print()
    for table in (output_by_loss(report.analysis, task), activation_by_optimizer(report.analysis, task)):
        print_grid(console, cell_grid(table))
    print_ranking(console, pairings, top)


def _print_counts(console: Console, pairings: pd.DataFrame) -> None:
    lines = [Text("  ")]
    for verdict, n in count_verdicts(pairings).items():
        part = Text(f"{n:,} ") + verdict_text(console, verdict) + Text("   ")
        if lines[-1].cell_len + part.cell_len - 3 > console.width:
            lines.append(Text("  "))
        lines[-1].append_text(part)
    for line in lines:
        line.rstrip()
        console.print(line, soft_wrap=True)


def _print_reference(console: Console, pairings: pd.DataFrame) -> None:
    for _, row in rows_of(pairings[pairings["is_reference"]]):
        measured = (
            f", {format_score(row['score'])} ({format_interval(row['score_low'], row['score_high'])})"
            f" at lr {format_lr(row['lr'])}"
        )
        say(console, "reference, best on validation: ", shown(console, pairing_label(row), "bold"), measured, indent=2)
    for reason in pairings.loc[pairings["verdict"] == VerdictName.NO_SIGNAL, "reason"].unique():
        say(console, f"no signal: {reason}", indent=2)


def _print_offences(console: Console, offences: list[Offence]) -> None:
    for offence in offences[:_OFFENCES]:
        say(console, offence.sentence, f" ({offence.evidence})", indent=2)
    if len(offences) > _OFFENCES:
        say(console, f"and {len(offences) - _OFFENCES} more such combinations", indent=2)


def _print_legend(console: Console, pairings: pd.DataFrame) -> None:
    occurring = set(pairings["verdict"])
    say(
        console,
        "In the tables: the best verdict's symbol; the score of the pairing that is best on validation; "
        "how many pairings work / can be trained.",
    )
    for style in STYLES:
        if style.verdict in occurring:
            say(console, verdict_text(console, style.verdict), f": {style.meaning}", indent=2)
