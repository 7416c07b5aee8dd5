"""Why a bar is not met: what bounds the number, worked out from the same measurements."""

from collections.abc import Iterator

from benchmarks.bars import FLAT_FROM, FLATNESS, TIMES_JAX, ms_per_trial
from benchmarks.contenders.names import FLOOR, JAX
from benchmarks.measured import Measured
from benchmarks.measurements.contest import Contest
from benchmarks.measurements.scaling import Scaling
from benchmarks.spread import Spread, ratios


def limits_of(measured: Measured) -> Iterator[str]:
    """One paragraph for each bound that the measurements show."""
    if measured.contest and {JAX, FLOOR} <= set(measured.contest.others):
        yield from _of_products(measured.contest)
    if measured.scaling:
        yield from _of_start(measured.scaling)
    if measured.shares:
        yield (
            "*Validation.* A third as many rows validate as train, and go forward alone, which is a third of a step's "
            "multiplications. So a ninth of the work of training, 10 % of both together, is the validation's products "
            "themselves; scores, diagnostics and tests are the rest of its share. The share grows as training steps "
            "get faster."
        )


def _of_products(contest: Contest) -> Iterator[str]:
    """How many times as fast as JAX a run would be that did nothing but its matrix products."""
    jax, floor = (contest.others[name] for name in (JAX, FLOOR))
    most = ratios([timed.us_per_step for timed in jax], [timed.us_per_step for timed in floor])
    verdict = (
        f"so the bar of {TIMES_JAX:g}x is out of reach on this machine for whoever multiplies through torch"
        if most.median < TIMES_JAX
        else f"which the bar of {TIMES_JAX:g}x leaves room for"
    )
    yield (
        f"*JAX.* A run that did nothing but the matrix products of this job, without activations, losses, updates, "
        f"validation, start or store, would be {most.text('x')} as fast as JAX with its compilation, {verdict}. "
        "Both spend their time in products of the same size."
    )


def _of_start(scaling: Scaling) -> Iterator[str]:
    start = Spread.of([run.timed.seconds for run in scaling.start])
    cost = {n: s.median for n, s in ms_per_trial(scaling, without_start=True).items() if n >= FLAT_FROM}
    if FLAT_FROM in cost:
        room = (FLATNESS * min(cost.values()) - cost[FLAT_FROM]) * FLAT_FROM / 1e3
        yield (
            f"*Cost per trial.* A run starts in {start.text(' s')}, however many trials follow: Python, torch and the "
            f"other libraries are imported, workers start, kernels compile. With it, each of {FLAT_FROM:,} trials "
            f"would cost as much as each of many, within the bar, if that took {max(room, 0):.2f} s."
        )
