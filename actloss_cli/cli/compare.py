"""`actloss compare`: what changed between two runs of a grid."""

from pathlib import Path
from typing import Annotated

import typer


def compare(
    before: Annotated[Path, typer.Argument(metavar="A", help="The folder of the run to start from.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="The folder of the run to hold against it.")],
    top: Annotated[int, typer.Option("--top", min=1, help="Rows to list in each table.")] = 10,
    every: Annotated[bool, typer.Option("--all", help="List every row.")] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Exit 1 if a verdict crossed between working and mismatched or became incomplete, or a score moved.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: every pairing that both runs have.")] = False,
) -> None:
    """Print what changed from run A to run B: verdicts, scores beyond noise, settings and versions.

    Pairings are matched by the labels of task, activation, output, loss and optimizer.

    Examples:
      actloss compare results/grid elsewhere/grid
      actloss compare results/grid elsewhere/grid --check
    """
    from actloss_cli.analysis import analyse
    from actloss_cli.analysis.change_counts import count_changes
    from actloss_cli.analysis.changes import compare_runs
    from actloss_cli.analysis.setting_changes import compare_settings
    from actloss_cli.cli.console import say, stdout
    from actloss_cli.errors import ExitCode, user_error
    from actloss_cli.report.changes_json import changes_json
    from actloss_cli.report.changes_view import check_text, render_changes
    from actloss_cli.store.folder import one_run
    from actloss_cli.store.reader import read_run
    from actloss_cli.store.settings import read_settings

    folders = [one_run(before), one_run(after)]
    settings = compare_settings(*map(read_settings, folders))
    first, second = map(read_run, folders)
    changes = compare_runs(first, analyse(first), second, analyse(second), settings)
    if changes.pairings.empty:
        raise user_error(
            f"'{folders[0]}' and '{folders[1]}' have no pairing in common",
            hint="pairings are matched by the labels of task, activation, output, loss and optimizer",
        )
    if as_json:
        typer.echo(changes_json(first, second, changes))
    else:
        render_changes(stdout(), first, second, changes, None if every else top)
    if check:
        counts = count_changes(changes.pairings)
        say(check_text(counts))
        if not counts.holds:
            raise typer.Exit(ExitCode.NOT_HELD)
