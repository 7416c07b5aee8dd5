"""What the engine is held to, and what was measured of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.contenders.names import JAX, PLAIN, SKLEARN
from benchmarks.measured import Measured
from benchmarks.measurements.agreement import disagreement
from benchmarks.measurements.contest import Contest
from benchmarks.measurements.loop_floor import PACKED
from benchmarks.measurements.main_grid import MainGrid
from benchmarks.measurements.scaling import Scaling
from benchmarks.measurements.sizes import SizeCell
from benchmarks.spread import Spread, ratios

FLAT_FROM = 1_000
"""Trials from which on the cost of one should stay the same."""
TIMES_JAX = 2.0
"""How many times as fast as JAX a run should be."""
FLATNESS = 1.2
"""The highest over the lowest of costs that count as the same."""
SLOWER = 1.05
"""Times the plain loop's time, from which on a size counts as slower."""


@dataclass(frozen=True)
class Bar:
    """A bound on a number, of which higher or lower is better; the median decides. Without the number: why not."""

    what: str
    bound: float
    aim: float | None
    higher_is_better: bool
    unit: str
    measured: Spread | None
    why_not: str = ""

    @property
    def is_met(self) -> bool:
        """Whether the median keeps to the bound."""
        return self._keeps_to(self.bound)

    @property
    def is_aim_met(self) -> bool:
        """Whether it keeps to the aim, where there is one."""
        return self.aim is not None and self._keeps_to(self.aim)

    def _keeps_to(self, bound: float) -> bool:
        if self.measured is None:
            return False
        return self.measured.median >= bound if self.higher_is_better else self.measured.median <= bound


def bars_of(measured: Measured) -> Iterator[Bar]:
    """The bars of all parts that were measured."""
    if measured.main_grid:
        yield from _main_grid(measured.main_grid)
    if measured.contest:
        yield from _contest(measured.contest)
    for row in measured.loop_floor or []:
        if row.size == PACKED:
            what = "training loop: time over that of its matrix products alone"
            yield Bar(what, 3, 2, False, "x", ratios(row.loop_us, row.products_us))
    if measured.scaling:
        yield from _flatness(measured.scaling)
    if measured.sizes:
        what = "size grid, slowest cell: time over that of the plain loop"
        yield Bar(what, SLOWER, None, False, "x", max(map(slowness, measured.sizes), key=lambda s: s.median))
    if measured.shares:
        n = len(measured.shares[0].train_s)
        rest = [sum(share.rest_s[k] for share in measured.shares) for k in range(n)]
        whole = [sum(s.prepare_s[k] + s.train_s[k] + s.rest_s[k] for s in measured.shares) for k in range(n)]
        share = Spread.of([100 * part / total for part, total in zip(rest, whole, strict=True)])
        yield Bar("validation, metrics and tests: share of the training of a stack", 15, None, False, " %", share)
    if grid := measured.main_grid:
        memory = Spread.of([run.largest_mb for run in grid.actloss])
        yield Bar(f"{grid.config}: memory of the largest process", 700, None, False, " MB", memory)
        yield Bar(f"{grid.config}, complete: the same command again", 2, None, False, " s", Spread.of(grid.again_s))


def _main_grid(grid: MainGrid) -> Iterator[Bar]:
    ours = [run.timed.us_per_step for run in grid.actloss]
    what = f"{grid.config}, whole command: times as fast as"
    plain = [timed.us_per_step for timed in grid.plain]
    yield _speed(f"{what} the {PLAIN}", (15, 25), plain, ours, disagreement(grid.agreement, PLAIN))
    if grid.jax:
        jax = [sample.us_per_step for sample in grid.jax]
        yield _speed(f"{what} {JAX}", (TIMES_JAX, 3), jax, ours, disagreement(grid.agreement, JAX))


def _contest(contest: Contest) -> Iterator[Bar]:
    ours = [run.timed.us_per_step for run in contest.actloss]
    for name, bounds in ((JAX, (TIMES_JAX, 3.0)), (SKLEARN, (1.0, None))):
        if name in contest.others:
            what = f"{contest.config}, whole command: times as fast as {name}"
            theirs = [timed.us_per_step for timed in contest.others[name]]
            yield _speed(what, bounds, theirs, ours, disagreement(contest.agreement, name))


def _speed(
    what: str, bounds: tuple[float, float | None], theirs: Sequence[float], ours: Sequence[float], why_not: str
) -> Bar:
    """Bound and aim; no ratio to a contender that trains something else."""
    return Bar(what, *bounds, True, "x", None if why_not else ratios(theirs, ours), why_not)


def slowness(cell: SizeCell) -> Spread:
    """Our time over the loop's."""
    return ratios(cell.actloss_us, cell.plain_us)


def ms_per_trial(scaling: Scaling, *, without_start: bool = False) -> dict[int, Spread]:
    """Wall milliseconds by number of trials, the start of a run taken off or not."""
    start = Spread.of([run.timed.seconds for run in scaling.start]).median if without_start else 0.0
    return {
        count: Spread.of([(run.timed.seconds - start) / run.timed.n_trials * 1e3 for run in runs])
        for count, runs in scaling.runs.items()
    }


def _flatness(scaling: Scaling) -> Iterator[Bar]:
    for without_start, name in ((False, "start included"), (True, "start taken off")):
        costs = [s.median for n, s in ms_per_trial(scaling, without_start=without_start).items() if n >= FLAT_FROM]
        if len(costs) > 1:
            what = f"cost per trial from {FLAT_FROM:,} trials on, {name}: the highest over the lowest"
            yield Bar(what, FLATNESS, None, False, "x", _alone(costs))


def _alone(costs: Sequence[float]) -> Spread:
    return Spread.of([max(costs) / min(costs)])
