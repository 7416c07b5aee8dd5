"""`actloss report`: the page, tables and figures of one run or many."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from actloss_cli.cli.options import RunArgument
from actloss_cli.collecting import without_collecting
from actloss_cli.report.only import Only

if TYPE_CHECKING:
    from actloss_cli.report.page.run_entries import RunEntry
    from actloss_cli.report.run_report import RunReport
    from actloss_cli.report.selection import Selection

FOLDER = "report"


def report(
    results: RunArgument = Path("results"),
    top: Annotated[int, typer.Option("--top", min=1, help="Pairings to list per task.")] = 10,
    task: Annotated[list[str] | None, typer.Option("--task", help="Print this task alone; may be repeated.")] = None,
    only: Annotated[Only | None, typer.Option("--only", help="Print these pairings alone.")] = None,
    where: Annotated[
        list[str] | None, typer.Option("--where", help='Print these alone: "loss=mse|mae,activation=relu".')
    ] = None,
    files: Annotated[bool, typer.Option("--files/--no-files", help="Write files; without, only print.")] = True,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw the figures.")] = True,
    open_: Annotated[bool, typer.Option("--open", help="Show the page in a browser.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON instead.")] = False,
) -> None:
    """Print which pairings work; write the page, tables and figures to RESULTS/report. RESULTS may hold several runs.

    With --task, --only or --where it prints those pairings alone, and writes nothing.

    Examples:
      actloss report results/grid --open
      actloss report results/ --no-figures
      actloss report results/grid --only mismatched --where "loss=mse" --top 30
    """
    with without_collecting():
        import pandas as pd

        from actloss_cli.cli.console import stdout
        from actloss_cli.errors import ExitCode, Problem, UserError
        from actloss_cli.report.kept_report import report_on
        from actloss_cli.report.selection import Selection, read_where
        from actloss_cli.report.summary import summary_json
        from actloss_cli.report.terminal import render_report
        from actloss_cli.store.folder import runs_in

    # Tables are cut into many small ones here, which strings of Python's own stand in less time than Arrow's.
    pd.set_option("mode.string_storage", "python")
    selection = Selection(tuple(task or ()), only, read_where(where or ()))
    runs = runs_in(results)
    summaries: list[str] = []
    problems: list[Problem] = []
    entries: list[RunEntry] = []
    misses: list[UserError] = []
    for folder in runs:
        try:
            found = report_on(folder, folder / FOLDER, to_keep=files and selection.is_empty)
        except UserError as error:
            problems += error.problems
            continue
        if not selection.is_empty:
            try:
                summaries += _print_selection(found, selection, top, as_json=as_json)
            except UserError as error:
                misses.append(error)
            continue
        if files:  # Before printing, so that they are there even if the reader of a pipe has seen enough.
            try:
                found = _fit_for_files(found, folder, figures=figures)
                entries.append(_write(found, folder, figures=figures))
            except UserError as error:
                problems += error.problems
        if as_json:
            summaries.append(summary_json(found.facts, found.analysis))
        else:
            render_report(stdout(), found, top=top)
    if misses and len(misses) + len(problems) == len(runs):
        raise misses[0]
    if summaries:
        typer.echo(summaries[0] if len(runs) == 1 else "[" + ",\n".join(summaries) + "]")
    if entries:
        _lead_to(entries, results, is_one=results in runs, show=open_)
    if problems:
        raise UserError(*problems, code=ExitCode.RESULTS)


def _print_selection(found: "RunReport", selection: "Selection", top: int, *, as_json: bool) -> list[str]:
    """Prints what was asked for of a run; as JSON it is given back instead. Raises where a value occurs nowhere."""
    from actloss_cli.cli.console import stdout
    from actloss_cli.report.selection import select
    from actloss_cli.report.summary import selection_json
    from actloss_cli.report.terminal import render_report
    from actloss_cli.report.terminal_selection import render_selection

    pairings, name = found.analysis.pairings, found.facts.name
    chosen = select(pairings, selection)
    if as_json:
        return [selection_json(name, chosen, len(pairings))]
    if selection.of_pairings:
        render_selection(stdout(), name, pairings, chosen, selection.label, top)
    else:
        render_report(stdout(), found, top=top, tasks=selection.tasks)
    return []


def _fit_for_files(found: "RunReport", folder: Path, *, figures: bool) -> "RunReport":
    """The same where its files are all there; else, where it was kept, judged anew, so that they show one state."""
    from actloss_cli.report.kept_report import judged, origin
    from actloss_cli.report.tables import is_written

    if not found.kept or is_written(found, folder / FOLDER, figures=figures):
        return found
    return judged(folder, origin(folder))


def _write(found: "RunReport", folder: Path, *, figures: bool) -> "RunEntry":
    """One run's files; gives what the page over several runs says of it."""
    from actloss_cli.cli.console import say
    from actloss_cli.report.page.assets import PAGE
    from actloss_cli.report.page.run_entries import run_entry
    from actloss_cli.report.tables import write_report

    written = write_report(found, folder / FOLDER, figures=figures)
    kept = f", kept {written.n_kept} that did not change" if written.n_kept else ""
    say(f"wrote {len(written.paths) - written.n_kept} files to {folder / FOLDER}{kept}")
    return run_entry(found.facts, found.analysis, link=f"../{folder.name}/{FOLDER}/{PAGE}")


def _lead_to(entries: "list[RunEntry]", results: Path, *, is_one: bool, show: bool) -> None:
    """Says where the page is, that over all runs where there are several, and shows it if asked."""
    import webbrowser

    from actloss_cli.cli.console import say
    from actloss_cli.report.page.assets import PAGE

    page = results / FOLDER / PAGE
    if not is_one:
        from actloss_cli.report.page.runs import write_index

        write_index(entries, page.parent)
    say(f"next: open {page}")
    if show:
        webbrowser.open(page.resolve().as_uri())
