"""`actloss export`: the tables behind a report, for other tools."""

from enum import StrEnum
from typing import Annotated

import typer

from actloss_cli.cli.options import RunArgument


class Table(StrEnum):
    """What can be exported."""

    PAIRINGS = "pairings"
    TRIALS = "trials"
    CURVES = "curves"
    DIAGNOSTICS = "diagnostics"


class Format(StrEnum):
    """How it is written."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


def export(
    results: RunArgument,
    table: Annotated[Table, typer.Option("--table", help="Which table.")] = Table.PAIRINGS,
    format_: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.CSV,
    output: Annotated[str, typer.Option("-o", "--output", metavar="FILE", help="A file, or - for stdout.")] = "-",
) -> None:
    """Write one table of a run; columns and their meaning are a stable interface.

    Example:
      actloss export results/grid --table trials --format parquet -o trials.parquet
    """
    from actloss_cli.analysis import analyse
    from actloss_cli.report.export import diagnostics_table, pairings_table, trials_table, write_table
    from actloss_cli.store.folder import one_run
    from actloss_cli.store.reader import read_curves, read_run

    folder = one_run(results)
    match table:
        case Table.CURVES:
            frame = read_curves(folder)
        case Table.DIAGNOSTICS:
            frame = diagnostics_table(read_run(folder))
        case Table.TRIALS:
            frame = trials_table(read_run(folder))
        case Table.PAIRINGS:
            frame = pairings_table(analyse(read_run(folder)))
    write_table(frame, format_.value, output)
