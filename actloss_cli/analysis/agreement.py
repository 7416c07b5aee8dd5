"""Predicted against measured verdicts of pairings: how often theory is right, and where it is not.

A pairing counts as mismatched, or as working, by its predicted and by its measured verdict. Invalid pairings are left
out, since they are decided and not predicted; those whose measured verdict says neither are counted apart.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from actloss_cli.analysis.pairing_row import pairing_labels
from actloss_cli.analysis.proportions import wilson
from actloss_cli.analysis.statistics import Interval
from actloss_cli.analysis.verdicts import MISMATCHED, WORKING, VerdictName

ALL = "all"
LEVELS: dict[str, tuple[str, ...]] = {
    "kind": ("kind",),
    "task": ("kind", "task"),
    "output x loss": ("kind", "output", "loss"),
}
"""What agreement is told of besides: the columns whose values pairings share."""
_NAMES = dict.fromkeys(("kind", "task", "output", "loss"), "")


@dataclass(frozen=True)
class Agreement:
    """Of some pairings, none of them invalid."""

    n: int
    """Pairings whose measured verdict says whether they work."""
    n_open: int
    """Pairings whose measured verdict does not: undecided, incomplete, no signal."""
    n_both: int
    """Predicted to be mismatched, and measured to be."""
    n_predicted: int
    """Predicted to be mismatched."""
    n_measured: int
    """Measured to be mismatched."""

    @property
    def precision(self) -> Interval | None:
        """Of those predicted to be mismatched, the share that is; None where none is predicted to be."""
        return wilson(self.n_both, self.n_predicted) if self.n_predicted else None

    @property
    def recall(self) -> Interval | None:
        """Of those that are mismatched, the share predicted to be; None where none is."""
        return wilson(self.n_both, self.n_measured) if self.n_measured else None

    @property
    def n_right(self) -> int:
        """On which both say the same."""
        return self.n - self.n_predicted - self.n_measured + 2 * self.n_both


def agreement_of(pairings: pd.DataFrame) -> Agreement:
    """Of rows of `Analysis.pairings`."""
    return _sum_up(Counter(zip(pairings["predicted"].tolist(), pairings["verdict"].tolist(), strict=True)))


def agreement_by(pairings: pd.DataFrame, columns: Sequence[str]) -> Iterator[tuple[tuple[str, ...], Agreement]]:
    """Of each group of rows that share these columns, in their order; groups that were not trained are left out."""
    groups: dict[tuple[str, ...], dict[tuple[str, str], int]] = defaultdict(dict)
    names = (*columns, "predicted", "verdict")
    alike = Counter(zip(*(pairings[name].tolist() for name in names), strict=True))
    for (*labels, predicted, verdict), n in alike.items():
        if verdict != VerdictName.INVALID:
            groups[tuple(labels)][predicted, verdict] = n
    for of_group, verdicts in groups.items():
        yield of_group, _sum_up(verdicts)


def agreement_table(pairings: pd.DataFrame) -> pd.DataFrame:
    """One row for all, then one for each group of each of `LEVELS`, in the plan's order.

    Columns: level; kind, task, output, loss, "" where the group has several; n, n_open, n_both, n_predicted, n_measured
    as `Agreement` has them; precision and recall, each with its interval `_low`, `_high`, NaN where there is none.
    """
    rows = [{"level": ALL, **_NAMES, **_numbers(agreement_of(pairings))}]
    for level, columns in LEVELS.items():
        for labels, found in agreement_by(pairings, columns):
            rows.append({"level": level, **_NAMES, **dict(zip(columns, labels, strict=True)), **_numbers(found)})
    return pd.DataFrame(rows)


def confusion(pairings: pd.DataFrame) -> pd.DataFrame:
    """Pairings by predicted verdict (rows) and measured one (columns); without the invalid, and what never occurs."""
    trained = _trained(pairings)
    counts = pd.crosstab(trained["predicted"], trained["verdict"])
    order = [str(name) for name in VerdictName]
    return counts.reindex(
        index=[name for name in order if name in counts.index],
        columns=[name for name in order if name in counts.columns],
    )


def disagreements(pairings: pd.DataFrame) -> pd.DataFrame:
    """The rows on which theory and measurement differ: what was measured to be furthest from the limit comes first.

    The limit is what a pairing must keep to work; the distance is that of `relative`, between 0 and 1, from 1.
    """
    closed = _closed(_trained(pairings))
    differ = closed[closed["predicted"].isin(MISMATCHED) != closed["verdict"].isin(MISMATCHED)]
    works = differ["verdict"].isin(WORKING)
    kept = differ["relative"].clip(0, 1).fillna(0)
    return differ.iloc[np.argsort(np.where(works, 1 - kept, kept), kind="stable")]


def disagreement_groups(pairings: pd.DataFrame) -> pd.DataFrame:
    """Disagreements that have task, output, loss, rule and cause in common, the largest group first.

    Columns: task, output, loss, predicted_rule, cause_name ("" of what works); n; of its first row, in the order of
    `disagreements`: example (label), predicted, predicted_reason, verdict, reason, cause.
    """
    keys = ["task", "output", "loss", "predicted_rule", "cause_name"]
    differ = disagreements(pairings)
    first = differ.assign(example=pairing_labels(differ), n=differ.groupby(keys)["verdict"].transform("size"))
    first = first.drop_duplicates(keys).sort_values("n", ascending=False, kind="stable")
    evidence = ["example", "predicted", "predicted_reason", "verdict", "reason", "cause"]
    return first[[*keys, "n", *evidence]].reset_index(drop=True)


def _sum_up(verdicts: Mapping[tuple[str, str], int]) -> Agreement:
    """Of how many pairings have which predicted and measured verdict."""
    trained = [(p, m, n) for (p, m), n in verdicts.items() if m != VerdictName.INVALID]
    closed = [(p in MISMATCHED, m in MISMATCHED, n) for p, m, n in trained if m in MISMATCHED or m in WORKING]
    n_closed = sum(n for *_, n in closed)
    return Agreement(
        n=n_closed,
        n_open=sum(n for *_, n in trained) - n_closed,
        n_both=sum(n for predicted, measured, n in closed if predicted and measured),
        n_predicted=sum(n for predicted, _, n in closed if predicted),
        n_measured=sum(n for _, measured, n in closed if measured),
    )


def _trained(pairings: pd.DataFrame) -> pd.DataFrame:
    return pairings[pairings["verdict"] != VerdictName.INVALID]


def _closed(trained: pd.DataFrame) -> pd.DataFrame:
    """Those whose measured verdict says whether they work."""
    return trained[trained["verdict"].isin(MISMATCHED | WORKING)]


def _numbers(found: Agreement) -> dict[str, str | float]:
    counts: dict[str, str | float] = dict(vars(found))
    for name, share in (("precision", found.precision), ("recall", found.recall)):
        values: Sequence[float] = (share.mean, share.low, share.high) if share else (np.nan,) * 3
        counts |= dict(zip((name, f"{name}_low", f"{name}_high"), values, strict=True))
    return counts
