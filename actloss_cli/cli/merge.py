"""`actloss merge`: one run of several that trained parts of the same plan."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from actloss_cli.store.settings import RunSettings


def merge(
    parts: Annotated[list[Path], typer.Argument(metavar="RESULTS...", help="The parts' folders.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="A folder that is not there yet.")],
) -> None:
    """Make one run of parts that were trained apart, such as by --shard. They stay as they are.

    A trial that is in several parts counts once. It is an error if its numbers differ, or if the parts are of different
    configs.

    Examples:
      actloss merge results/grid-shard-*-of-8 -o results/grid
      actloss merge here/grid there/grid -o results/grid
    """
    from actloss_cli.cli.console import say
    from actloss_cli.store.folder import one_run
    from actloss_cli.store.merge import merge_runs
    from actloss_cli.store.settings import read_settings

    folders = [one_run(part) for part in parts]
    settings = [read_settings(folder) for folder in folders]
    for folder, other in zip(folders[1:], settings[1:], strict=True):
        _compare(folders[0], settings[0], folder, other)
    merged = merge_runs(folders, output)
    say(f"merged {len(folders):,} parts into {output}: {merged.n_trials:,} trials")
    if merged.n_missing:
        of_shards = f"; of the plan's shards only {', '.join(merged.shards)} are in it" if merged.shards else ""
        say(f"at least {merged.n_missing:,} trials are missing{of_shards}")
    say(f"next: actloss report {output}")


def _compare(first_folder: Path, first: "RunSettings", folder: Path, other: "RunSettings") -> None:
    """Raises where the two don't ask for the same; says where they were made differently."""
    from dataclasses import replace

    from actloss_cli.analysis.setting_changes import compare_settings
    from actloss_cli.cli.console import say, stderr
    from actloss_cli.errors import ExitCode, user_error
    from actloss_cli.report.setting_changes_view import print_setting_changes

    found = compare_settings(first, other)
    # A table may lie elsewhere on another machine: its rows are compared by their fingerprint.
    conflicts = [c for c in found.changes if c.group in ("config", "data") and c.name != "dataset.csv"]
    if conflicts:
        print_setting_changes(stderr(), replace(found, changes=tuple(conflicts), unknown=()), ())
        raise user_error(
            f"'{folder}' was not asked for the same as '{first_folder}'",
            hint="merge runs of one config; 'actloss compare' shows two of them beside each other",
            code=ExitCode.RESULTS,
        )
    versions = [c for c in found.changes if c.group == "versions" or c.name == "instruction_set"]
    if versions:
        say(f"'{folder}' was not made as '{first_folder}' was; the last digits may differ from those of one machine:")
        print_setting_changes(stderr(), replace(found, changes=tuple(versions), unknown=()), ())
