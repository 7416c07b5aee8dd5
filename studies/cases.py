"""Every case that is measured: at which limit, with what noise, on how many seeds, and what its rates are held to."""

from collections.abc import Iterator
from functools import partial

from scipy import stats

from actloss_cli.analysis.verdicts import VerdictName
from studies.judged import MARGIN_SHARE, THRESHOLDS
from studies.noise import NOISES
from studies.rates import Bound, Case
from studies.real_scores import RealTask, draw_residuals
from studies.simulated import SETUPS, SLOWEST, at_share, collapsing, task_of, twice_as_slow

SEEDS = (5, 10, 30)
COLLAPSE_RATES = (0.0, 0.01, 0.05, 0.1)
TOLERANCE = 0.01
ONE_SIDE = Bound(0.02, 0.03)
"""What a 95 % interval leaves on each side, 2.5 %, give or take half a percent."""

LIMIT, REAL, FAILS, SLOW, UNSTABLE = "limit", "real", "fails", "slow", "unstable"
"""The sections."""
_AT_MARGIN = {str(VerdictName.WORKS): ONE_SIDE, str(VerdictName.IMPAIRED): ONE_SIDE}


def simulated_cases() -> Iterator[Case]:
    """Those that need no run."""
    for noise in NOISES:
        for rows in SETUPS:
            for n in SEEDS:
                draw = partial(at_share, noise=noise, rows=rows, n=n, share=MARGIN_SHARE)
                yield Case(LIMIT, f"{noise} noise; test rows: {rows}", n, task_of(rows, n), draw, _AT_MARGIN)
    for n in SEEDS:
        draw = partial(at_share, noise="normal", rows="none", n=n, share=THRESHOLDS.fail_share)
        yield Case(FAILS, "normal noise", n, task_of("none", n), draw, {str(VerdictName.FAILS): ONE_SIDE})
    for n in SEEDS:
        bounds = {str(VerdictName.SLOW): Bound(0.0, ONE_SIDE.high)}
        yield Case(SLOW, "median ratio 2", n, task_of("none", n, SLOWEST), partial(twice_as_slow, n=n), bounds)
    for rate in COLLAPSE_RATES:
        for n in SEEDS:
            bounds = {str(VerdictName.UNSTABLE): _about(chance_of_unstable(rate, n))}
            draw = partial(collapsing, n=n, rate=rate)
            yield Case(UNSTABLE, f"{100 * rate:g} % of seeds collapse", n, task_of("none", n), draw, bounds)


def real_cases(tasks: list[RealTask]) -> Iterator[Case]:
    """Resampled residuals of every pairing that is not its task's reference."""
    for real in tasks:
        for pairing in real.others:
            for rows in ("none", "resampled"):
                setting = f"{real.facts.label}: {pairing.label}; test rows: {rows}"
                for n in SEEDS:
                    draw = partial(
                        draw_residuals,
                        real=real,
                        pairing=pairing,
                        n=n,
                        share=MARGIN_SHARE,
                        with_rows=rows == "resampled",
                    )
                    yield Case(REAL, setting, n, real.facts, draw, _AT_MARGIN)


def chance_of_unstable(rate: float, n: int) -> float:
    """That at least as many of n seeds collapse as the rule asks for (binomial tail)."""
    return float(stats.binom.sf(THRESHOLDS.min_unstable - 1, n, rate))


def _about(chance: float) -> Bound:
    return Bound(max(chance - TOLERANCE, 0.0), chance + TOLERANCE)
