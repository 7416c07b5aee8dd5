"""docs/scaling.md: how to train on several machines, what that costs, where the single writer limits it."""

from collections.abc import Iterator
from pathlib import Path

from actloss_cli.report.markdown import plain, table
from benchmarks.cluster.measured import GridRun, Measured

WRITER_BAR = 20_000
"""Trials a second."""
OVERHEAD_BAR = 10.0
"""Percent over local workers at equal cores."""

USE, SHARDS = (Path(__file__).with_name(f"{name}.md") for name in ("use", "shards"))
"""What is not measured."""


def page(measured: Measured) -> str:
    """The whole of it."""
    return "\n\n".join(_paragraphs(measured)) + "\n"


def _paragraphs(measured: Measured) -> Iterator[str]:
    yield "# Beyond one machine"
    nothing = "" if measured.machines else " Nothing is measured yet."
    yield f"Written by `make scaling`, which measures for some ten minutes on two cores.{nothing}"
    yield "## On a Ray cluster"
    yield USE.read_text(encoding="utf-8").strip()
    if measured.runs:
        yield "## What Ray costs"
        yield from _runs(measured)
    if measured.commits:
        yield "## What the single writer can store"
        yield from _commits(measured)
    yield "## Without an engine: job arrays"
    yield SHARDS.read_text(encoding="utf-8").strip()
    if measured.machines:
        yield "## Machine"
    for part, machine in measured.machines.items():
        facts = {"date": machine.started, "command": f"make scaling ({machine.command})", "code": machine.code}
        yield table((part, ""), [(name, plain(value)) for name, value in (facts | machine.facts).items()])


def _runs(measured: Measured) -> Iterator[str]:
    runs, local = measured.runs, measured.runs[0]
    yield (
        f"`actloss run {measured.config}`, {local.n_trials:,} trials, once each, one after another. *Command* is the "
        "whole process; *session* leaves out imports, the plan and, on Ray, its start or the joining of it with all "
        "that nodes import. *Training* is the time that cores spent on stacks."
    )
    yield table(
        ("", "command", "over local", "session", "over local", "training per core", "same tables"),
        [
            (
                plain(run.who),
                f"{run.command_s:.1f} s",
                _over(run, local, run.command_s, local.command_s),
                f"{run.session_s:.1f} s",
                _over(run, local, run.session_s, local.session_s),
                f"{run.busy_s / run.n_cores:.1f} s",
                "to the last bit" if run.is_same else "**no**",
            )
            for run in runs
        ],
    )
    rays = [run for run in runs if run.who.startswith("Ray")]
    most = max(100 * (run.session_s / local.session_s - 1) for run in rays)
    whole = max(100 * (run.command_s / local.command_s - 1) for run in rays)
    yield (
        f"The bar is {OVERHEAD_BAR:g} % over local workers at equal cores: {_met(most)} by the session ({most:.1f} %), "
        f"{_met(whole)} with Ray's own start and imports counted ({whole:.1f} %), which don't grow with the grid."
    )
    if task := measured.tasks:
        yield (
            f"A task that does nothing takes {task.round_trip_ms:.1f} ms from hand to hand, {task.in_flight_ms:.1f} ms "
            "with four in flight: nothing against the seconds that a batch trains."
        )


def _met(percent: float) -> str:
    return "met" if percent < OVERHEAD_BAR else "**not met**"


def _over(run: GridRun, local: GridRun, seconds: float, local_s: float) -> str:
    if run is local or run.n_cores != local.n_cores:
        return ""
    return f"{100 * (seconds / local_s - 1):+.1f} %"


def _commits(measured: Measured) -> Iterator[str]:
    yield (
        "Workers pack a trial into its row (spec, metrics, curves, diagnostics and, for finals, the score of every "
        "test row) with its checksum. The driver adds it at the end of the table, with what each pairing asks for, in "
        "transactions that are on the disk when they return (`synchronous=FULL`, rollback journal). Here 64 stacks go "
        "into one, as from a cluster's tasks; they are copies of trained ones under other seeds."
    )
    yield table(
        ("trials there before", "committed", "trials a second", "database after"),
        [
            (f"{rate.n_before:,}", f"{rate.n_trials:,}", f"{rate.per_second:,.0f}", f"{rate.megabytes:,.0f} MB")
            for rate in measured.commits
        ],
    )
    slowest = min(rate.per_second for rate in measured.commits)
    yield (
        f"The bar is {WRITER_BAR:,} trials a second: {'met' if slowest >= WRITER_BAR else '**not met** here'}. "
        "Of a large database only the index of trials by id is written all over."
    )
    if measured.runs:
        per_trial = measured.runs[0].busy_s / measured.runs[0].n_trials
        yield (
            f"A trial of the grid above trains for {1e3 * per_trial:.1f} ms of a core, so the writer keeps up with "
            f"about {slowest * per_trial:,.0f} cores; beyond that, or with smaller trials, shards (below) have "
            "a writer each."
        )
