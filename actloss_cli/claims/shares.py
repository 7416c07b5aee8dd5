"""Claims about shares of variance: what factors explain of a task's tuning trials, seed by seed, as cases. Pure."""

from collections.abc import Iterator, Sequence

import numpy as np

from actloss_cli.analysis.variance_shares import (
    FACTORS,
    RESPONSES,
    TuningGrid,
    complete_part,
    decompose,
    error_term,
    omega_squared,
    tuning_grid,
)
from actloss_cli.claims.cases import make_case
from actloss_cli.claims.criterion import Criterion
from actloss_cli.claims.effects import LEAST_SEEDS, mean_effect
from actloss_cli.claims.measured import Measured
from actloss_cli.claims.outcome import Case
from actloss_cli.claims.schema import Share
from actloss_cli.plan.selection import Floats


def compare_shares(share: Share, measured: Measured, criterion: Criterion) -> Iterator[Case]:
    """One case per task; each tune seed gives the shares of its own trials, so that seeds tell how sure they are.

    The effect is the sum of the factors' shares, less that of the factors that they must exceed.
    """
    response = RESPONSES.index(share.response)
    for task in measured.tasks.values():
        grid = tuning_grid(measured.table, task, measured.target(task.label))
        shares = seed_shares(grid)[:, :, response]
        ours = _sum(shares, share.factors)
        d = ours - _sum(shares, share.above) if share.above else ours
        d = d[np.isfinite(d)]
        effect = mean_effect(d) if len(d) >= LEAST_SEEDS else None
        yield make_case(task.label, len(d), len(shares) - len(d), 1, effect, criterion, is_ratio=False)


def seed_shares(grid: TuningGrid) -> Floats:
    """Gives omega squared `[S, F, R]` of each seed's trials alone, by `FACTORS` and `RESPONSES`; NaN where none is."""
    kept = complete_part(grid.present)
    values = grid.values[np.ix_(np.arange(len(RESPONSES)), *kept)]
    S = values.shape[-1]
    shares = np.full((S, len(FACTORS), len(RESPONSES)), np.nan)
    if not values.size:
        return shares
    for seed in range(S):
        parts = decompose(values[..., seed : seed + 1], grid.optimizer[kept[2]])
        error = error_term(parts[:, 0])
        if error is not None:
            shares[seed] = omega_squared(parts, error)
    return shares


def _sum(shares: Floats, factors: Sequence[str]) -> Floats:
    """`[S]`: a factor that doesn't vary explains nothing."""
    found = shares[:, [FACTORS.index(factor) for factor in factors]]
    return np.where(np.isnan(found).all(axis=1), np.nan, np.nansum(found, axis=1))
