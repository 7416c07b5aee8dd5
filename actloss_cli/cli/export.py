"""`actloss export`: the tables behind a report, for other tools; or every trial, for an experiment tracker."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from actloss_cli.cli.options import RunArgument, idle_options


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


class Tracker(StrEnum):
    """Where experiments are kept."""

    MLFLOW = "mlflow"


def export(
    results: RunArgument,
    table: Annotated[Table | None, typer.Option("--table", help="Which table: pairings if not said.")] = None,
    format_: Annotated[Format | None, typer.Option("--format", help="How to write it: csv if not said.")] = None,
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="A file; stdout if not said, or -.")
    ] = None,
    to: Annotated[Tracker | None, typer.Option("--to", help="Send every trial with its curves there instead.")] = None,
    tracking_uri: Annotated[
        str | None,
        typer.Option("--tracking-uri", metavar="URI", help="MLflow's server; MLFLOW_TRACKING_URI if not said."),
    ] = None,
    experiment: Annotated[
        str | None, typer.Option("--experiment", metavar="NAME", help="Of MLflow; the run's name if not said.")
    ] = None,
) -> None:
    """Write one table of a run; columns and their meaning are a stable interface. Or send its trials to a tracker.

    What a tracker has already is not sent again.

    Examples:
      actloss export results/grid --table trials --format parquet -o t.parquet
      actloss export results/grid --to mlflow --tracking-uri http://host:5000
    """
    from actloss_cli.errors import UserError
    from actloss_cli.store.folder import one_run

    of_tables = {"--table": table, "--format": format_, "--output": output}
    of_tracker = {"--tracking-uri": tracking_uri, "--experiment": experiment}
    if to is None and (idle := idle_options(of_tracker, "says nothing without --to mlflow")):
        raise UserError(*idle)
    if to is not None and (idle := idle_options(of_tables, f"says nothing with --to {to}")):
        raise UserError(*idle)
    folder = one_run(results)
    if to is None:
        _write(folder, table or Table.PAIRINGS, format_ or Format.CSV, output or "-")
    else:
        _send(folder, tracking_uri, experiment)


def _write(folder: Path, table: Table, format_: Format, output: str) -> None:
    from actloss_cli.analysis import analyse
    from actloss_cli.report.export import diagnostics_table, pairings_table, trials_table, write_table
    from actloss_cli.store.reader import read_curves, read_run

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


def _send(folder: Path, tracking_uri: str | None, experiment: str | None) -> None:
    import os
    import time

    from actloss_cli.cli.console import say
    from actloss_cli.errors import user_error
    from actloss_cli.store.reader import read_curves, read_run
    from actloss_cli.trackers.records import trial_records

    uri = tracking_uri or os.environ.get("MLFLOW_TRACKING_URI")
    if not uri:
        raise user_error(
            "no MLflow server is named",
            hint="give --tracking-uri http://127.0.0.1:5000, or set MLFLOW_TRACKING_URI; 'mlflow server' starts one",
        )
    try:
        from actloss_cli.trackers.mlflow_export import export_to_mlflow
    except ImportError:
        raise user_error("MLflow's client is not installed", hint="pip install 'actloss-cli[mlflow]'") from None
    start = time.perf_counter()
    run = read_run(folder)
    exported = export_to_mlflow(trial_records(run, read_curves(folder)), uri, experiment or run.name)
    known = f"; {exported.n_known:,} were there already" if exported.n_known else ""
    say(f"sent {exported.n_sent:,} trials in {time.perf_counter() - start:,.1f} s{known}")
    if uri.startswith("http"):
        say(f"next: open {uri.rstrip('/')}/#/experiments/{exported.experiment_id}")
