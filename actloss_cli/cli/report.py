"""`actloss report`: tables and figures of one run or many."""

from pathlib import Path
from typing import Annotated

import typer

from actloss_cli.cli.options import RunArgument


def report(
    results: RunArgument = Path("results"),
    top: Annotated[int, typer.Option("--top", min=1, help="Pairings to list per task.")] = 10,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw the figures.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON instead.")] = False,
) -> None:
    """Print which pairings work and write tables and figures to RESULTS/report. RESULTS may hold several runs.

    Examples:
      actloss report results/grid
      actloss report results/ --no-figures
    """
    from actloss_cli.analysis import analyse
    from actloss_cli.cli.console import say, stdout
    from actloss_cli.errors import ExitCode, Problem, UserError
    from actloss_cli.report.summary import summary_json
    from actloss_cli.report.tables import write_report
    from actloss_cli.report.terminal import render_report
    from actloss_cli.store.folder import runs_in
    from actloss_cli.store.reader import read_run

    runs = runs_in(results)
    summaries: list[str] = []
    problems: list[Problem] = []
    for folder in runs:
        try:
            data = read_run(folder)
        except UserError as error:
            problems += error.problems
            continue
        analysis = analyse(data)
        written: list[Path] = []
        try:  # Before printing, so that the files are there even if the reader of a pipe has seen enough.
            written = write_report(data, analysis, folder / "report", figures=figures)
        except UserError as error:
            problems += error.problems
        if as_json:
            summaries.append(summary_json(data, analysis))
        else:
            render_report(stdout(), data, analysis, top=top)
        if written:
            say(f"wrote {len(written)} files to {folder / 'report'}")
    if summaries:
        typer.echo(summaries[0] if len(runs) == 1 else "[" + ",\n".join(summaries) + "]")
    if problems:
        raise UserError(*problems, code=ExitCode.RESULTS)
