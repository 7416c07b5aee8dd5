"""`actloss doctor`: whether results are as they were written; saves what is intact where they are not."""

from typing import Annotated

import typer

from actloss_cli.cli.options import RunArgument
from actloss_cli.errors import ExitCode


def doctor(
    results: RunArgument,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what is wrong and what can be saved.")] = False,
) -> None:
    """Check every stored row of RESULTS; where some are damaged, keep the file and go on with the intact trials.

    Example:
      actloss doctor results/grid --dry-run
    """
    from actloss_cli.cli.console import say
    from actloss_cli.store.doctor import diagnose, rescue
    from actloss_cli.store.folder import one_run

    folder = one_run(results)
    found = diagnose(folder)
    if not found.faults:
        say(f"'{folder}' is sound: {found.n_trials:,} trials, every row as it was written")
        return
    for fault in found.faults:
        say(f"damaged: {fault}")
    say(f"{found.n_trials:,} trials are intact")
    if dry_run:
        raise typer.Exit(ExitCode.RESULTS)
    rescued = rescue(folder)
    say(f"saved {rescued.saved.n_trials:,} trials; the damaged file is kept as {rescued.kept}")
    if not rescued.saved.has_plan:
        say("what was asked for is lost: reports have nothing to show before the next 'actloss run'")
    say("next: run again what made these results, to train what is missing")
