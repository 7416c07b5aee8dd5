"""One task's comparison as a case: the values of both sides, seed by seed, their effect, its criterion. Pure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from actloss_cli.analysis.statistics import paired_scores
from actloss_cli.claims.criterion import Criterion
from actloss_cli.claims.effects import LEAST_SEEDS, Effect, mean_effect, rank_effect, score_effect, unpaired_effect
from actloss_cli.claims.measured import Measured
from actloss_cli.claims.metrics import METRICS, Metric
from actloss_cli.claims.outcome import Case
from actloss_cli.claims.sides import Matched
from actloss_cli.plan.selection import Floats

_SCORE = METRICS["score"]


def compare_sides(one: Matched, metric: Metric, measured: Measured, criterion: Criterion, rival: str = "") -> Case:
    """The mean over the pairs of either side; seeds pair unless the sides' data differ."""
    targets = [target for task in one.tasks if (target := measured.target(task)) is not None]
    target = min(targets) if len(targets) == len(one.tasks) else None  # one that both may get to
    ids_a, ids_b = zip(*one.pairs, strict=True)
    a, b = (_mean_values(ids, metric, measured, target) for ids in (ids_a, ids_b))
    label = f"{one.label}, {rival}" if rival else one.label
    if not one.share_data:
        left, right = a[np.isfinite(a)], b[np.isfinite(b)]
        n_seeds = min(len(left), len(right))
        effect = unpaired_effect(left, right) if n_seeds >= LEAST_SEEDS else None
        n_absent = len(a) + len(b) - len(left) - len(right)
        return make_case(label, n_seeds, n_absent, len(one.pairs), effect, criterion, is_ratio=metric.is_ratio)
    n = min(len(a), len(b))
    a, b = a[:n], b[:n]
    kept = np.isfinite(a) & np.isfinite(b)
    if metric is _SCORE and len(one.tasks) == 1:
        effect = _of_scores(ids_a, ids_b, a, b, kept, one.tasks[0], measured, 1.0)
    else:
        effect = _of_differences(a - b, kept, metric)
    return _counted(label, kept, len(one.pairs), effect, criterion, metric)


def compare_with_number(
    task: str, ids: Sequence[str], known: float, metric: Metric, measured: Measured, criterion: Criterion
) -> Case:
    """The mean over a side's pairings on a task against a number, on the scale that is tested."""
    values = _mean_values(ids, metric, measured)
    kept = np.isfinite(values)
    effect = _of_differences(values - known, kept, metric)
    return _counted(task, kept, len(ids), effect, criterion, metric, known)


def compare_with_reference(
    task: str, ids: Sequence[str], share: float, measured: Measured, criterion: Criterion
) -> Case:
    """(x - f) - share (r - f) of the task's reference r, as verdicts have it; undecided without a reference."""
    x = _mean_values(ids, _SCORE, measured)
    reference = measured.analysis.references.get(task)
    r = _mean_values([reference], _SCORE, measured) if reference else np.full_like(x, np.nan)
    kept = np.isfinite(x) & np.isfinite(r)
    effect = _of_scores(ids, [reference], x, r, kept, task, measured, share) if reference else None
    return _counted(task, kept, len(ids), effect, criterion, _SCORE)


def make_case(
    label: str,
    n_seeds: int,
    n_absent: int,
    n_pairs: int,
    effect: Effect | None,
    criterion: Criterion,
    *,
    is_ratio: bool,
    origin: float = 0.0,
) -> Case:
    """A case of an effect on the scale that is tested, shown from `origin` on; without one nothing is decided."""
    if effect is None:
        return Case(label, n_seeds, n_absent, n_pairs, np.nan, np.nan, np.nan, 1.0, 1.0)
    numbers = np.round(np.array([effect.mean, effect.low, effect.high]) + origin, 12)  # what is 0 shows as 0
    mean, low, high = map(float, np.exp(numbers) if is_ratio else numbers)
    return Case(
        label, n_seeds, n_absent, n_pairs, mean, low, high, criterion.p_for(effect), criterion.p_against(effect)
    )


def _counted(
    label: str,
    kept: NDArray[np.bool_],
    n_pairs: int,
    effect: Effect | None,
    criterion: Criterion,
    metric: Metric,
    origin: float = 0.0,
) -> Case:
    n, ratio = int(kept.sum()), metric.is_ratio
    return make_case(label, n, len(kept) - n, n_pairs, effect, criterion, is_ratio=ratio, origin=origin)


def _mean_values(ids: Sequence[str], metric: Metric, measured: Measured, target: float | None = None) -> Floats:
    """`[n]`; NaN for a seed that one of the pairings lacks."""
    return np.asarray(np.mean([measured.values(id_, metric, target) for id_ in ids], axis=0))


def _of_differences(d: Floats, kept: NDArray[np.bool_], metric: Metric) -> Effect | None:
    if kept.sum() < LEAST_SEEDS:
        return None
    return (rank_effect if metric.by_rank else mean_effect)(d[kept])


def _of_scores(
    ids_a: Sequence[str],
    ids_b: Sequence[str],
    a: Floats,
    b: Floats,
    kept: NDArray[np.bool_],
    task: str,
    measured: Measured,
    c: float,
) -> Effect | None:
    """The seeds share the test rows, which add to the uncertainty of the means."""
    if kept.sum() < LEAST_SEEDS:
        return None
    facts = measured.tasks[task]
    a_rows, b_rows = (np.mean([measured.rows(id_)[kept] for id_ in ids], axis=0) for ids in (ids_a, ids_b))
    return score_effect(paired_scores(a[kept], b[kept], a_rows, b_rows, facts.strata, facts.floor), c)
