"""What the engine is held to, and what was measured of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.contenders.names import JAX, SKLEARN
from benchmarks.measured import Measured
from benchmarks.measurements.loop_floor import PACKED
from benchmarks.measurements.scaling import Scaling
from benchmarks.measurements.sizes import SizeCell
from benchmarks.spread import Spread, ratios

FLAT_FROM = 1_000
"""Trials from which on the cost of one should stay the same."""


@dataclass(frozen=True)
class Bar:
    """A bound on a number, of which higher or lower is better; the median decides."""

    what: str
    bound: float
    aim: float | None
    higher_is_better: bool
    unit: str
    measured: Spread

    @property
    def is_met(self) -> bool:
        """Whether the median keeps to the bound."""
        return self._keeps_to(self.bound)

    @property
    def is_aim_met(self) -> bool:
        """Whether it keeps to the aim, where there is one."""
        return self.aim is not None and self._keeps_to(self.aim)

    def _keeps_to(self, bound: float) -> bool:
        return self.measured.median >= bound if self.higher_is_better else self.measured.median <= bound


def bars_of(measured: Measured) -> Iterator[Bar]:
    """The bars of all parts that were measured."""
    if grid := measured.main_grid:
        speed = ratios([t.us_per_step for t in grid.plain], [r.us_per_step for r in grid.actloss])
        yield Bar("main grid, whole command: times as fast as the plain loop under joblib", 15, 25, True, "x", speed)
    if contest := measured.contest:
        ours = [run.us_per_step for run in contest.actloss]
        for name, bound, aim in ((JAX, 2.0, 3.0), (SKLEARN, 1.0, None)):
            if name in contest.others:
                speed = ratios([t.us_per_step for t in contest.others[name]], ours)
                what = f"common job, whole command: times as fast as {name}"
                yield Bar(what, bound, aim, True, "x", speed)
    for row in measured.loop_floor or []:
        if row.size == PACKED:
            what = "training loop: time over that of its matrix products alone"
            yield Bar(what, 3, 2, False, "x", ratios(row.loop_us, row.products_us))
    if measured.scaling:
        yield from _flatness(measured.scaling)
    if measured.sizes:
        what = "size grid, slowest cell: time over that of the plain loop"
        yield Bar(what, 1.05, None, False, "x", max(map(slowness, measured.sizes), key=lambda s: s.median))
    if measured.shares:
        n = len(measured.shares[0].train_s)
        rest = [sum(share.rest_s[k] for share in measured.shares) for k in range(n)]
        whole = [sum(s.prepare_s[k] + s.train_s[k] + s.rest_s[k] for s in measured.shares) for k in range(n)]
        share = Spread.of([100 * part / total for part, total in zip(rest, whole, strict=True)])
        yield Bar("validation, metrics and tests: share of the training of a stack", 15, None, False, " %", share)
    if grid := measured.main_grid:
        memory = Spread.of([run.largest_mb for run in grid.actloss])
        yield Bar("main grid: memory of the largest process", 700, None, False, " MB", memory)
        yield Bar("main grid, complete: the same command again", 2, None, False, " s", Spread.of(grid.again_s))


def slowness(cell: SizeCell) -> Spread:
    """Our time over the loop's."""
    return ratios(cell.actloss_us, cell.plain_us)


def ms_per_trial(scaling: Scaling, *, without_start: bool = False) -> dict[int, Spread]:
    """Wall milliseconds by number of trials, the start of a run taken off or not."""
    start = Spread.of([run.seconds for run in scaling.start]).median if without_start else 0.0
    return {
        count: Spread.of([(run.seconds - start) / run.n_trials * 1e3 for run in runs])
        for count, runs in scaling.runs.items()
    }


def _flatness(scaling: Scaling) -> Iterator[Bar]:
    for without_start, name in ((False, "start included"), (True, "start taken off")):
        costs = [s.median for n, s in ms_per_trial(scaling, without_start=without_start).items() if n >= FLAT_FROM]
        if len(costs) > 1:
            what = f"cost per trial from {FLAT_FROM:,} trials on, {name}: the highest over the lowest"
            yield Bar(what, 1.2, None, False, "x", _alone(costs))


def _alone(costs: Sequence[float]) -> Spread:
    return Spread.of([max(costs) / min(costs)])
