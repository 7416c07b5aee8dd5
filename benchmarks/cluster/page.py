"""docs/scaling.md: how to train on several machines, what that costs, where the single writer limits it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from actloss_cli.report.markdown import plain, table
from benchmarks.cluster.measured import N_ACTIVATIONS, DriverMemory, GridRun, Measured

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
    yield (
        "Written by `make scaling`, which measures for some twenty-five minutes on two cores. "
        f"`python -m benchmarks.cluster --only whole` adds all of the main grid.{nothing}"
    )
    yield "## On a Ray cluster"
    yield USE.read_text(encoding="utf-8").strip()
    if measured.runs:
        yield "## What Ray costs"
        yield from _runs(measured)
    if measured.driver:
        yield "## What the driver holds in memory"
        yield from _driver(measured.driver)
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
    yield (
        "Each run once, one after another. *Command* is the whole process; *session* leaves out imports, the plan and, "
        "on Ray, its start or the joining of it with all that nodes import. *Training* is the time that cores spent on "
        "stacks. *Over local* compares with local workers on as many cores."
    )
    if measured.whole:
        yield f"`actloss run {measured.whole_config}`, {measured.whole[0].n_trials:,} trials:"
        yield _compared(measured.whole)
        yield _bar(measured.whole)
    yield f"`actloss run {measured.config}`, {measured.runs[0].n_trials:,} trials:"
    yield _compared(measured.runs)
    yield _bar(measured.runs)
    if task := measured.tasks:
        yield (
            f"A task that does nothing takes {task.round_trip_ms:.1f} ms from hand to hand, {task.in_flight_ms:.1f} ms "
            "with four in flight: nothing against the seconds that a batch trains."
        )


def _compared(runs: Sequence[GridRun]) -> str:
    return table(
        ("", "command", "over local", "session", "over local", "training per core", "same tables"),
        [
            (
                plain(run.who),
                f"{run.command_s:.1f} s",
                _over(run, runs, lambda one: one.command_s),
                f"{run.session_s:.1f} s",
                _over(run, runs, lambda one: one.session_s),
                f"{run.busy_s / run.n_cores:.1f} s",
                "to the last bit" if run.is_same else "**no**",
            )
            for run in runs
        ],
    )


def _bar(runs: Sequence[GridRun]) -> str:
    """Of the runs on Ray the one that local workers are ahead of most."""
    of_ray = [run for run in runs if _is_ray(run)]
    session, command = (
        max(_percent_over(run, runs, seconds) for run in of_ray)
        for seconds in (lambda one: one.session_s, lambda one: one.command_s)
    )
    return (
        f"The bar is {OVERHEAD_BAR:g} % over local workers at equal cores: {_met(session)} by the session "
        f"({session:.1f} %), {_met(command)} with Ray's own start and imports counted ({command:.1f} %), which don't "
        "grow with the grid."
    )


def _met(percent: float) -> str:
    return "met" if percent < OVERHEAD_BAR else "**not met**"


def _is_ray(run: GridRun) -> bool:
    return run.who.startswith("Ray")


def _over(run: GridRun, runs: Sequence[GridRun], seconds: Callable[[GridRun], float]) -> str:
    return f"{_percent_over(run, runs, seconds):+.1f} %" if _is_ray(run) else ""


def _percent_over(run: GridRun, runs: Sequence[GridRun], seconds: Callable[[GridRun], float]) -> float:
    (local,) = (one for one in runs if one.n_cores == run.n_cores and not _is_ray(one))
    return 100 * (seconds(run) / seconds(local) - 1)


def _driver(found: Sequence[DriverMemory]) -> Iterator[str]:
    *some, last = N_ACTIVATIONS
    yield (
        "A run on Ray in which all is real but the training: tasks answer at once, with curves that are drawn. The "
        f"plans are the main grid's with {', '.join(map(str, some))} and {last} activations in place of seven and one "
        "epoch a trial; each is counted whole, and ends after 100,000 trials. Resident megabytes of the driver, "
        "without what it shares with Ray's object store: *imported* before there is a plan, *planned* with Ray joined, "
        "then the most until 10,000 trials were there, and after that."
    )
    yield table(
        ("pairings", "trials", "imported", "planned", "the first 10,000", "after that", "trials a second"),
        [
            (
                f"{one.n_pairings:,}",
                f"{one.n_trials:,}",
                *(f"{mb:,.0f} MB" for mb in (one.imported_mb, one.planned_mb, one.early_mb, one.late_mb)),
                f"{one.n_taken_in / one.seconds:,.0f}",
            )
            for one in found
        ],
    )
    least, most = found[0], found[-1]
    growth = most.late_mb - least.late_mb
    each = 1e3 * growth / max(1, most.n_pairings - least.n_pairings)
    yield (
        f"From a plan of {least.n_trials:,} trials to one of {most.n_trials:,} the driver grows by {growth:,.0f} MB, "
        f"{each:,.1f} kB for each pairing: of trials it keeps those alone that are on their way."
    )


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
