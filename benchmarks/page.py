"""docs/performance.md: tables, figure, how to read them. Written from raw numbers alone."""

from collections.abc import Iterator
from pathlib import Path

from actloss_cli.report.markdown import plain, table
from benchmarks.bars import Bar, bars_of, ms_per_trial, slowness
from benchmarks.contenders.names import ACTLOSS, FLOOR, JAX
from benchmarks.figure import write_figure
from benchmarks.machine import Machine
from benchmarks.measured import Measured
from benchmarks.measurements.agreement import TOLERANCE, Agreement
from benchmarks.measurements.contest import Contest
from benchmarks.measurements.loop_floor import LoopFloor
from benchmarks.measurements.main_grid import MainGrid
from benchmarks.measurements.scaling import Scaling
from benchmarks.measurements.shares import Shares
from benchmarks.measurements.sizes import SizeCell
from benchmarks.spread import Spread, ratios

FIGURE = "performance/contenders.svg"
READING = """\
A *model-step* is one minibatch of one trial: forward, backward, update. The *plain loop* is `nn.Module` and
`torch.optim`, one model at a time (`actloss_cli/engine/plain.py`). Every contender uses the same rows,
minibatches, epochs and initial weights, and validates after each epoch. Numbers are medians over the
repetitions of one session, with quartiles in brackets. Contenders took turns within each repetition, and
ratios are taken within it, so that a machine whose speed drifts is fair to all. The raw numbers are in
[performance/measured.json](performance/measured.json)."""


def write_page(measured: Measured, folder: Path) -> None:
    """Writes performance.md, and its figure into performance/."""
    (folder / FIGURE).parent.mkdir(parents=True, exist_ok=True)
    has_figure = write_figure(measured, folder / FIGURE)
    text = "\n\n".join(_sections(measured, has_figure))
    (folder / "performance.md").write_text(text + "\n", encoding="utf-8", newline="\n")


def _sections(measured: Measured, has_figure: bool) -> Iterator[str]:
    yield "# Performance"
    yield "Written by `make bench`, which takes most of an hour; `make bench-quick` tries everything in minutes."
    yield _bars(list(bars_of(measured)))
    if has_figure:
        yield f"![Cost of a model-step per contender, and of a trial by number of trials]({FIGURE})"
    yield READING
    if measured.main_grid:
        yield from _main_grid(measured.main_grid)
    if measured.contest:
        yield from _contest(measured.contest)
    if measured.loop_floor:
        yield from _loop_floor(measured.loop_floor)
    if measured.shares:
        yield from _shares(measured.shares)
    if measured.scaling:
        yield from _scaling(measured.scaling)
    if measured.sizes:
        yield from _sizes(measured.sizes)
    yield from _machine(measured.machine)


def _bars(bars: list[Bar]) -> str:
    rows = [
        (
            plain(bar.what),
            f"{'≥' if bar.higher_is_better else '≤'} {bar.bound:g}{bar.unit}",
            f"{bar.aim:g}{bar.unit}" if bar.aim is not None else "",
            _spread(bar.measured, bar.unit),
            "aim met" if bar.is_aim_met else "met" if bar.is_met else "**not met**",
        )
        for bar in bars
    ]
    return table(("what", "bar", "aim", "measured", ""), rows)


def _main_grid(grid: MainGrid) -> Iterator[str]:
    yield "## The main grid, end to end"
    run, timed = grid.actloss[-1], grid.plain[-1]
    yield (
        f"`actloss run {grid.config}`, the whole command with tuning, finals and store: {grid.n_pairings:,} "
        f"pairings, {run.n_trials:,} trials, {run.model_steps:,} model-steps. The plain loop would take hours, "
        f"so it trained {timed.n_trials:,} of the same trials per repetition, drawn at equal distances over "
        "tasks, phases and pairings, and its time for all is scaled by model-steps; its processes are up and "
        "warm before its clock starts."
    )
    n = run.model_steps / 1e6
    ours, loop = [r.us_per_step for r in grid.actloss], [t.us_per_step for t in grid.plain]
    rows = [
        (ACTLOSS, _spread(Spread.of(ours)), _spread(Spread.of([us * n / 60 for us in ours])), "1"),
        (
            "plain loop, joblib",
            _spread(Spread.of(loop)),
            _spread(Spread.of([us * n / 60 for us in loop])),
            _spread(ratios(loop, ours)),
        ),
    ]
    yield table(("", "µs per model-step", "minutes in all", "times ours"), rows)
    busy = Spread.of([100 * r.busy_s / r.seconds for r in grid.actloss])
    yield f"Workers trained for {_spread(busy, ' %')} of the wall time of the run, summed over them (100 % per worker)."
    yield _agreement(grid.agreement)


def _contest(contest: Contest) -> Iterator[str]:
    yield "## One job that all can do"
    run = contest.actloss[-1]
    yield (
        f"`{contest.config}`: {contest.n_pairings} pairings, {run.n_trials:,} trials, {run.model_steps:,} "
        "model-steps; as many processes for each as there are cores, one thread each. JAX and actloss count "
        "from the start of the command to its end, start-up and compilation included; JAX is told the final "
        "trials' learning rates, which a run finds out first, and stores nothing. The products are timed "
        "stack by stack on all cores at once and summed over the job."
    )
    ours = [r.us_per_step for r in contest.actloss]
    rows = [(ACTLOSS, "all", _spread(Spread.of(ours)), "1")]
    for name, timed in contest.others.items():
        theirs = [t.us_per_step for t in timed]
        trained = "all" if timed[-1].n_trials == run.n_trials else f"a sample of {timed[-1].n_trials:,}, scaled"
        trained = "no trial" if name == FLOOR else trained
        rows.append((name, trained, _spread(Spread.of(theirs)), _spread(ratios(theirs, ours))))
    yield table(("", "trained", "µs per model-step", "times ours"), rows)
    if JAX in contest.others:
        compiled = Spread.of([100 * t.compile_s / t.seconds for t in contest.others[JAX]])
        yield f"Compilation is {_spread(compiled, ' %')} of JAX's time; there is one program per pairing and phase."
    yield _agreement(contest.agreement)


def _agreement(lines: list[Agreement]) -> str:
    rows = [
        (
            line.contender,
            line.task,
            f"{line.n_trials:,}",
            f"{line.ours:.4f}",
            f"{line.theirs:.4f}",
            "yes" if line.holds else "**no**",
        )
        for line in lines
    ]
    heading = ("scores agree?", "task", "trials", "mean, ours", "mean, theirs", f"within {TOLERANCE}")
    return table(heading, rows)


def _loop_floor(rows: list[LoopFloor]) -> Iterator[str]:
    yield "## The training loop against its matrix products"
    yield (
        "One thread, no validation: an epoch of the loop and the same products alone (`torch.bmm` into "
        "buffers), in turn, over stacks of groups drawn at equal distances from the main grid; first as a run "
        "packs them, then of given sizes."
    )
    cells = [
        (
            row.size,
            str(row.n_stacks),
            _spread(Spread.of(row.loop_us)),
            _spread(Spread.of(row.products_us)),
            _spread(ratios(row.loop_us, row.products_us)),
        )
        for row in rows
    ]
    yield table(("trials a stack", "stacks", "loop, µs per model-step", "products", "ratio"), cells)


def _shares(shares: list[Shares]) -> Iterator[str]:
    yield "## Where a stack's time goes"
    yield (
        "Whole trainings of the same groups' stacks, one thread. What follows the steps is validation, metrics, "
        "tests and outcomes."
    )
    rows = []
    for share in shares:
        parts = list(zip(share.prepare_s, share.train_s, share.rest_s, strict=True))
        percent = [Spread.of([100 * part[k] / sum(part) for part in parts]) for k in range(3)]
        rows.append((share.phase, str(share.n_stacks), *(_spread(p, " %") for p in percent)))
    yield table(("phase", "stacks", "preparation", "training steps", "what follows"), rows)


def _scaling(scaling: Scaling) -> Iterator[str]:
    yield "## Cost against work"
    start = Spread.of([run.seconds for run in scaling.start])
    yield (
        "The whole command on moons with SGD at ever more momentums, so that stacks stay alike and their "
        f"number grows. A run of {scaling.start[0].n_trials} trials takes {_spread(start, ' s')}: that is the "
        "start."
    )
    whole, net = ms_per_trial(scaling), ms_per_trial(scaling, without_start=True)
    rows = [
        (
            f"{count:,}",
            str(len(runs)),
            _spread(Spread.of([run.seconds for run in runs])),
            _spread(whole[count]),
            _spread(net[count]),
            _spread(Spread.of([run.largest_mb for run in runs])),
        )
        for count, runs in scaling.runs.items()
    ]
    yield table(("trials", "runs", "seconds", "ms per trial", "start taken off", "MB of the largest process"), rows)


def _sizes(cells: list[SizeCell]) -> Iterator[str]:
    yield "## Over sizes"
    yield (
        "ReLU, cross-entropy and Adam on digits, one thread, whole trainings with validation: the way that "
        "the engine chooses, in stacks as a plan sizes them, against the plain loop. *Times* says how many "
        "times as fast we are; a cell slower than 1.05 times the loop is marked."
    )
    rows = []
    for cell in cells:
        speed, slow = ratios(cell.plain_us, cell.actloss_us), slowness(cell).median > 1.05
        sizes = (str(cell.hidden), str(cell.depth), str(cell.batch_size), str(cell.n_trials))
        costs = (_spread(Spread.of(cell.actloss_us)), _spread(Spread.of(cell.plain_us)), _spread(speed))
        rows.append((*sizes, *costs, "**slower**" if slow else ""))
    heading = ("hidden", "layers", "minibatch", "trials a stack", "ours, µs per model-step", "plain loop", "times", "")
    yield table(heading, rows)


def _machine(machine: Machine) -> Iterator[str]:
    yield "## Machine"
    facts = {"date": machine.started, "command": machine.command} | machine.facts
    yield table(("", ""), [(name, plain(value)) for name, value in facts.items()])


def _spread(spread: Spread, unit: str = "") -> str:
    """Median and, of several, quartiles."""
    median = _number(spread.median) + unit
    return median if spread.n == 1 else f"{median} ({_number(spread.low)}-{_number(spread.high)})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
