"""`actloss run`: trains what a config asks for and is not there yet."""

import signal
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from actloss_cli.cli.crew import Device, ExecutorName, check_ray_is_there, crew_at_hand
from actloss_cli.cli.options import (
    ALLOW_CODE_HINT,
    AllowCodeOption,
    ConfigArgument,
    MaxTrialsOption,
    SetOption,
    WorkersOption,
)
from actloss_cli.cli.signals import ignore_signals, signals_given_back, stopping_on_signals
from actloss_cli.config.limits import MAX_TRIALS
from actloss_cli.errors import ExitCode, user_error
from actloss_cli.execute.cores import default_workers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from actloss_cli.execute.run import Session
    from actloss_cli.execute.scheduler import Progress
    from actloss_cli.plan.shard import Shard


@signals_given_back()
def run(
    config: ConfigArgument,
    set_: SetOption = None,
    results: Annotated[Path, typer.Option("--results", metavar="DIR", help="Where runs are kept.")] = Path("results"),
    workers: WorkersOption = None,
    device: Annotated[Device, typer.Option("--device", help="Where to train.")] = Device.AUTO,
    executor: Annotated[
        ExecutorName, typer.Option("--executor", help="Worker processes of this machine, or a Ray cluster.")
    ] = ExecutorName.LOCAL,
    address: Annotated[
        str | None,
        typer.Option(
            "--address",
            metavar="ADDRESS",
            help="The Ray cluster to join: auto, HOST:PORT or ray://HOST:PORT; by default one of this machine alone.",
        ),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(
            "--timeout",
            min=1.0,
            metavar="SECONDS",
            help="How long trials that train together may take; by default long enough for any machine, at least 600.",
        ),
    ] = None,
    shard: Annotated[
        str | None,
        typer.Option("--shard", metavar="K/N", help="Train the K-th of N parts; 'actloss merge' makes one of them."),
    ] = None,
    max_trials: MaxTrialsOption = MAX_TRIALS,
    allow_code: AllowCodeOption = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan and train nothing.")] = False,
) -> None:
    """Train every pairing of CONFIG, over learning rates and seeds. Run it again to finish or extend a run.

    Examples:
      actloss run smoke
      actloss run configs/grid.yaml --set seeds.final=20
    """
    from actloss_cli.cli.console import say
    from actloss_cli.config.shipped import find_config
    from actloss_cli.execute.processes import prepare_workers
    from actloss_cli.plan.shard import parse_shard
    from actloss_cli.store.completion import asked_key, find_completion

    if address and executor is not ExecutorName.RAY:
        raise user_error("only a Ray cluster has an address", where=f"--address {address}", hint="add --executor ray")
    part = parse_shard(shard) if shard else None
    key = asked_key(find_config(config)[0], [*(set_ or []), *([f"--shard={part}"] if part else [])])
    if not dry_run:
        if complete := find_completion(results, key):
            say(f"done: {complete.n_trials:,} trials in {complete.folder}, complete before; 0 of them trained now")
            say(f"next: actloss report {complete.folder}")
            return
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # Ended as by Ctrl-C, also before there is a run.
        if executor is ExecutorName.LOCAL:
            prepare_workers()  # They import while this process reads the config and the data.
        else:
            check_ray_is_there()  # Before this process imports all that planning takes.
    from actloss_cli.api.planning import plan_config
    from actloss_cli.cli.plan import print_plan
    from actloss_cli.cli.progress import ProgressView
    from actloss_cli.config.code_rule import CodeRule
    from actloss_cli.config.load import load_config
    from actloss_cli.config.yaml_writer import dump_yaml
    from actloss_cli.execute.run import run_plan

    hint = "a dry run imports nothing; 'actloss plan' does, with --allow-code" if dry_run else ALLOW_CODE_HINT
    loaded = load_config(config, set_ or [], CodeRule(allow_code and not dry_run, hint=hint))
    if dry_run:
        plan = replace(plan_config(loaded, max_trials), shard=part)
        print_plan(loaded.name, plan, workers or default_workers(), as_json=False)
        return
    folder = results / (f"{loaded.name}-{part.folder_suffix}" if part else loaded.name)
    with crew_at_hand(executor, address, workers, device, timeout) as crew:
        plan = replace(plan_config(loaded, max_trials), shard=part)
        for line in crew.muster():
            say(line)
        _say_changes(folder, loaded.resolved())
        with ProgressView() as view:
            session = run_plan(
                plan,
                dump_yaml(loaded.resolved()),
                folder,
                key,
                crew=crew,
                watch=view.update,
                on_start=stopping_on_signals(say),
            )
        ignore_signals()
    _say_ended(session, folder, part)
    if session.progress.stopped:
        raise typer.Exit(ExitCode.INTERRUPTED)


def _say_ended(session: "Session", folder: Path, shard: "Shard | None") -> None:
    """What there is now, what is not, and what to do next."""
    from actloss_cli.cli.console import say

    progress = session.progress
    if progress.stopped:
        _say_stopped(progress, folder)
        return
    say(
        f"done: {progress.n_done:,} trials in {folder}, {progress.n_fresh:,} of them trained now"
        f" in {session.elapsed_s:,.1f} s ({progress.n_diverged:,} diverged, {progress.n_crashed:,} crashed)"
    )
    if session.n_aside:
        say(f"{session.n_aside:,} trials of earlier configs are kept, and are in no report of this one")
    if progress.n_crashed:
        again = "are tried again when you run this again; the first said:"
        say(f"{progress.n_crashed:,} trials crashed or took too long, and {again}")
        say(progress.failure)
    if shard:
        whole = str(folder).removesuffix(f"-{shard.folder_suffix}")
        say(f"next: with all {shard.of} shards, actloss merge {whole}-shard-*-of-{shard.of} -o {whole}")
    else:
        say(f"next: actloss report {folder}")


def _say_changes(folder: Path, config: "Mapping[str, Any]") -> None:
    """How the config differs from that which the folder's results were last made with."""
    from dataclasses import replace

    from actloss_cli.analysis.setting_changes import compare_settings
    from actloss_cli.cli.console import say, stderr
    from actloss_cli.errors import UserError
    from actloss_cli.report.setting_changes_view import print_setting_changes
    from actloss_cli.store.settings import RunSettings, read_config

    try:
        before = read_config(folder)
    except UserError:  # it is written anew
        return
    found = compare_settings(RunSettings([], before, {}), RunSettings([], config, {}))
    if before and found.changes:
        say(f"not as the last run in {folder}:")
        print_setting_changes(stderr(), replace(found, unknown=()), [])


def _say_stopped(progress: "Progress", folder: Path) -> None:
    """What is there, and the command that goes on."""
    import shlex
    import sys

    from actloss_cli.cli.console import say

    if progress.n_total is None:
        say(f"stopped before it was known what is missing in {folder}; to go on, run again:")
    else:
        say(f"stopped: {progress.n_done:,} of {progress.n_total:,} trials are stored in {folder}; to go on, run again:")
    say(f"  {shlex.join(['actloss', *sys.argv[1:]])}")
