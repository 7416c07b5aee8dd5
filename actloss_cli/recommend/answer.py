"""From the finalists' verdicts to the recommendation: what to take, what is as good, where the default stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import pandas as pd

from actloss_cli.analysis.causes import CauseName
from actloss_cli.analysis.pairing_order import best_first
from actloss_cli.analysis.pairing_row import pairing_labels
from actloss_cli.analysis.pairings import Analysis
from actloss_cli.analysis.verdicts import MISMATCHED, VerdictName
from actloss_cli.recommend.record import Avoided, Record
from actloss_cli.store.data import RunData

Standing: TypeAlias = Literal["best", "as good", "undecided", "worse"]
"""Of a pairing against the best: within the margin, not clearly so or not, clearly outside it."""


_SAYS_NOTHING = (VerdictName.NO_SIGNAL, VerdictName.INCOMPLETE)


@dataclass(frozen=True)
class Finalist:
    """A pairing that got the whole protocol; all numbers are of its final seeds."""

    pairing_id: str
    pairing: str
    standing: Standing
    verdict: str
    score: float
    score_low: float
    score_high: float
    relative: float
    """Share of the best one's gain over the floor."""
    lr: float
    cause: str
    """Of a mismatched one, where it is known."""


@dataclass(frozen=True)
class Mismatch:
    """Functions to avoid; measured where their plainest example was trained and found mismatched."""

    functions: str
    n_pairings: int
    verdict: str
    cause: str
    measured: bool


@dataclass(frozen=True)
class Recommendation:
    """The answer to a question."""

    record: Record
    task: str
    n_final: int
    """Fresh seeds of each finalist."""
    margin: float
    """Of the best one's gain over the floor: what a pairing may lose and still be as good."""
    no_signal: str
    """Why nothing can be recommended; "" where something is."""
    finalists: tuple[Finalist, ...]
    """The best first, then by score."""
    avoid: tuple[Mismatch, ...]

    @property
    def best(self) -> Finalist | None:
        """What to take."""
        return next((one for one in self.finalists if one.standing == "best"), None)

    @property
    def default(self) -> Finalist:
        """The plain default."""
        return next(one for one in self.finalists if one.pairing == self.record.default)

    def standing(self, standing: Standing) -> tuple[Finalist, ...]:
        """The finalists that stand so."""
        return tuple(one for one in self.finalists if one.standing == standing)


def recommend(run: RunData, analysis: Analysis, record: Record) -> Recommendation:
    """Reads the recommendation off the verdicts of a run that is finished."""
    pairings = analysis.pairings.assign(label=pairing_labels(analysis.pairings))
    is_example = pairings["label"].isin([one.example for one in record.avoided]) & (pairings["label"] != record.default)
    is_mistake = is_example & pairings["verdict"].isin(MISMATCHED)  # what works after all is as good as any
    ranked = best_first(pairings[~is_mistake], "score").sort_values("is_reference", ascending=False, kind="stable")
    no_signal = ranked[ranked["verdict"].isin(_SAYS_NOTHING)]
    of_mistakes = {str(row["label"]): row for _, row in pairings[is_mistake].iterrows()}
    acquitted = set(ranked["label"])
    (task,) = run.tasks.index
    return Recommendation(
        record=record,
        task=str(task),
        n_final=int(run.tasks["n_final"].iloc[0]),
        margin=run.thresholds.margin,
        no_signal=str(no_signal["reason"].iloc[0]) if len(no_signal) else "",
        finalists=tuple(_finalist(str(id_), row) for id_, row in ranked.iterrows()),
        avoid=tuple(_mismatches([one for one in record.avoided if one.example not in acquitted], of_mistakes)),
    )


def _finalist(pairing_id: str, row: "pd.Series[Any]") -> Finalist:
    return Finalist(
        pairing_id=pairing_id,
        pairing=str(row["label"]),
        standing=_standing(row),
        verdict=str(row["verdict"]),
        score=float(row["score"]),
        score_low=float(row["score_low"]),
        score_high=float(row["score_high"]),
        relative=float(row["relative"]),
        lr=float(row["lr"]),
        cause="" if row["cause_name"] == CauseName.UNEXPLAINED else str(row["cause"]),
    )


def _standing(row: "pd.Series[Any]") -> Standing:
    if row["verdict"] in _SAYS_NOTHING:
        return "undecided"
    if row["is_reference"]:
        return "best"
    if row["works"]:
        return "as good"
    return "worse" if row["verdict"] in MISMATCHED else "undecided"


def _mismatches(avoided: Sequence[Avoided], measured: "dict[str, pd.Series[Any]]") -> list[Mismatch]:
    """What was trained first; what was trained and is not found mismatched is left out."""
    found = []
    for one in avoided:
        row = measured.get(one.example)
        if row is None or row["verdict"] == VerdictName.INVALID:
            found.append(Mismatch(one.functions, one.n_pairings, one.verdict, one.reason, measured=False))
        else:
            cause = str(row["cause"] or row["reason"])
            found.append(Mismatch(one.functions, one.n_pairings, str(row["verdict"]), cause, measured=True))
    return sorted(found, key=lambda one: not one.measured)
