"""Two runs of a grid held against each other: which verdicts changed, which scores moved beyond noise. Pure."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from actloss_cli.analysis.multiplicity import benjamini_hochberg
from actloss_cli.analysis.pairing_row import FUNCTIONS
from actloss_cli.analysis.pairings import Analysis
from actloss_cli.analysis.setting_changes import SettingChanges
from actloss_cli.analysis.statistics import LEVEL, half_row
from actloss_cli.analysis.trial_table import TrialTable
from actloss_cli.plan.selection import Floats
from actloss_cli.store.data import RunData

NAMES = ("task", *FUNCTIONS)
"""The labels by which pairings of two runs are matched."""
MOST_Q = 0.05
"""Of the scores that are said to have moved, at most this share is expected to have moved by chance."""

_COLUMNS = (
    *NAMES,
    *("verdict_before", "verdict_after", "reason_before", "reason_after", "changed", "score_before", "score_after"),
    *("difference", "difference_low", "difference_high", "p", "q", "paired", "moved", "equal"),
    *("lr_before", "lr_after", "seeds_before", "seeds_after"),
)
_ROUNDING = 1e-12
"""A relative difference that is no spread: what is left where equal numbers are added up in another order."""
_NOT_RESULTS = ("pairing_id", "elapsed_s", "message", "way")
"""Columns of trials that may differ where the results are the same."""


@dataclass(frozen=True)
class Changes:
    """What the second of two runs says otherwise than the first.

    `pairings`, one row per pairing that both plans have, in the first one's order; the columns are a stable interface:

    - task, activation, output, loss, optimizer: labels;
    - verdict_before, verdict_after, reason_before, reason_after; changed: whether the verdicts differ;
    - score_before, score_after: mean test score as the verdict uses it, NaN where no final trial came to an end;
    - difference: score_after - score_before, with its 95 % interval difference_low, difference_high, its two-sided p,
      and q, which is p adjusted for the number of pairings (Benjamini-Hochberg); NaN where a side has no two seeds;
    - paired: whether both runs measured it on the same seeds of the same data, so that the interval is the paired one;
    - moved: q is at most `MOST_Q`, and the difference larger than half of what the weightiest test row can change;
    - equal: it has the same trials in both runs, with the same numbers to the last digit; none at all are the same too;
    - lr_before, lr_after: chosen on validation; seeds_before, seeds_after: final trials that came to an end.

    `references`, index `task`, of the tasks of these pairings: before, after: label of the reference, "" without one.

    `only_before`, `only_after`: the labels of the pairings that the other plan has not.
    """

    pairings: pd.DataFrame
    references: pd.DataFrame
    only_before: pd.DataFrame
    only_after: pd.DataFrame
    settings: SettingChanges


@dataclass(frozen=True)
class _Finals:
    """A pairing's final trials that came to an end, by seed. n seeds."""

    seed: NDArray[np.int64]
    score: Floats
    """`[n]`: clipped below at the floor, non-finite ones at it."""


def compare_runs(
    before: RunData, before_analysis: Analysis, after: RunData, after_analysis: Analysis, settings: SettingChanges
) -> Changes:
    """Compares the pairings that have the same labels in both runs, on what each run's own verdict rests on.

    Where a pairing was measured on the same seeds in both, and these mean the same there (`settings.same_streams`), the
    difference has a paired t interval over seeds: both saw the same test rows, so these add nothing. Otherwise it is
    Welch's. Where the data themselves differ, what another test set adds is not in the interval.
    """
    first, second = _named(before_analysis), _named(after_analysis)
    both = first.merge(second, on=list(NAMES), suffixes=("_before", "_after"))
    finals_before = _finals_of(before, both["pairing_id_before"], both["lr_before"])
    finals_after = _finals_of(after, both["pairing_id_after"], both["lr_after"])
    finals = list(zip(finals_before, finals_after, strict=True))
    has_same_seeds = np.array([np.array_equal(a.seed, b.seed) for a, b in finals], np.bool_)
    paired = both["task"].isin(settings.same_streams).to_numpy(np.bool_) & has_same_seeds
    low, high, p = _differences(finals, paired)
    pairings = both.assign(
        changed=both["verdict_before"] != both["verdict_after"],
        difference=both["score_after"] - both["score_before"],
        difference_low=low,
        difference_high=high,
        p=p,
        q=benjamini_hochberg(p),
        paired=paired,
        equal=_are_equal(both, before, after),
        seeds_before=[len(one.seed) for one in finals_before],
        seeds_after=[len(one.seed) for one in finals_after],
    )
    is_large = pairings["difference"].abs() > pairings["task"].map(_half_rows(before, after)).astype(np.float64)
    return Changes(
        pairings=pairings.assign(moved=is_large & (pairings["q"] <= MOST_Q))[list(_COLUMNS)],
        references=pd.DataFrame(
            {"before": before_analysis.tasks["reference"], "after": after_analysis.tasks["reference"]},
            index=pd.Index(both["task"].unique(), name="task"),
        ),
        only_before=_missing_from(second, first),
        only_after=_missing_from(first, second),
        settings=settings,
    )


def moved_beyond_noise(a: Floats, b: Floats, *, level: float = LEVEL) -> bool:
    """Tells whether scores `[n]` and `[m]` of one pairing, under disjoint seeds, differ in the mean.

    By the two-sided t test that lets the variances differ (Welch, 1947). Where neither side has any spread, unequal
    means differ. A side with fewer than two scores shows no noise that could be exceeded: they do not.
    """
    (p,) = _t_test(a[None], b[None], is_paired=False)[2]
    return bool(p < 1 - level)


def _named(analysis: Analysis) -> pd.DataFrame:
    columns = [*NAMES, "verdict", "reason", "score", "lr"]
    return analysis.pairings[columns].reset_index(names="pairing_id")


def _missing_from(other: pd.DataFrame, pairings: pd.DataFrame) -> pd.DataFrame:
    """The names of those pairings that `other` has not."""
    names = pairings[list(NAMES)]
    known = pd.MultiIndex.from_frame(names).isin(pd.MultiIndex.from_frame(other[list(NAMES)]))
    return names[~known].reset_index(drop=True)


def _finals_of(run: RunData, pairing_ids: "pd.Series[str]", lrs: "pd.Series[float]") -> list[_Finals]:
    """Of each pairing at its chosen learning rate, seeds in order."""
    table = TrialTable.of(run)
    floors = run.pairings["task"].map(run.tasks["floor"])
    found = []
    for pairing_id, lr in zip(pairing_ids, lrs, strict=True):
        places = table.places.get(pairing_id, np.empty(0, np.int64))
        places = places[table.is_final[places] & ~table.lost[places] & (table.lr[places] == lr)]
        places = places[np.argsort(table.seed[places])]
        floor = floors[pairing_id]
        score = np.where(table.diverged[places], floor, np.maximum(table.score[places], floor))
        found.append(_Finals(table.seed[places], score))
    return found


def _differences(finals: Sequence[tuple[_Finals, _Finals]], paired: NDArray[np.bool_]) -> Floats:
    """`[3, P]`: ends of the interval and p of each pairing's difference, those of one size tested together."""
    result = np.full((3, len(finals)), np.nan)
    kinds = [(pair, len(a.seed), len(b.seed)) for pair, (a, b) in zip(paired, finals, strict=True)]
    for kind in dict.fromkeys(kinds):
        places = [place for place, other in enumerate(kinds) if other == kind]
        before, after = (np.stack([finals[place][side].score for place in places]) for side in (0, 1))
        result[:, places] = _t_test(before, after, is_paired=bool(kind[0]))
    return result


def _t_test(before: Floats, after: Floats, *, is_paired: bool) -> Floats:
    """`[3, K]`: ends of the interval of the mean difference and its two-sided p, from `[K, n]` and `[K, m]` scores.

    NaN where a side has fewer than two. Without any spread the interval is the difference itself, and p is 1 where that
    is zero, else 0.
    """
    if min(before.shape[1], after.shape[1]) < 2:
        return np.full((3, len(before)), np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of scores without spread, which are settled below
        if is_paired:
            test = stats.ttest_rel(after, before, axis=1)
        else:
            test = stats.ttest_ind(after, before, axis=1, equal_var=False)
        ends = test.confidence_interval(LEVEL)
    gap = after.mean(axis=1) - before.mean(axis=1)
    sides = [after - before] if is_paired else [before, after]
    rounding = _ROUNDING * np.maximum(np.abs(before).max(axis=1), np.abs(after).max(axis=1))
    still = np.max([np.ptp(side, axis=1) for side in sides], axis=0) <= rounding
    return np.where(still, [gap, gap, np.abs(gap) <= rounding], [ends.low, ends.high, test.pvalue])


def _half_rows(before: RunData, after: RunData) -> dict[str, float]:
    """By task half of what the weightiest test row can change in a score, in the run where that is more."""
    return {
        task: max(map(half_row, (strata, after.strata.get(task, strata)))) for task, strata in before.strata.items()
    }


def _are_equal(both: pd.DataFrame, before: RunData, after: RunData) -> NDArray[np.bool_]:
    """Whether each pairing has the same trials in both runs, with the same numbers in all columns that both have."""
    results = [name for name in before.trials.columns if name in after.trials.columns and name not in _NOT_RESULTS]
    first = _trials_of(before, both["pairing_id_before"], results)
    second = _trials_of(after, both["pairing_id_after"], results)
    met = first.merge(second, on=["place", "trial"], suffixes=("_before", "_after"))
    same = np.ones(len(met), np.bool_)
    for name in results:
        a, b = met[f"{name}_before"], met[f"{name}_after"]
        same &= ((a == b) | (a.isna() & b.isna())).to_numpy(np.bool_)
    n_same, *n_trials = (
        np.bincount(places, minlength=len(both)) for places in (met["place"][same], first["place"], second["place"])
    )
    return np.asarray((n_same == n_trials[0]) & (n_same == n_trials[1]))


def _trials_of(run: RunData, pairing_ids: "pd.Series[str]", columns: Sequence[str]) -> pd.DataFrame:
    """The trials of these pairings, each with its pairing's `place` among them."""
    places: Mapping[str, int] = {pairing_id: place for place, pairing_id in enumerate(pairing_ids)}
    asked = run.trials[run.trials["pairing_id"].isin(pairing_ids)]
    place = asked["pairing_id"].map(places).astype(np.int64)
    return asked[list(columns)].assign(place=place).reset_index(names="trial")
