"""What changed between two runs in a few numbers, and the order in which it is told: the most serious first. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import pandas as pd

from actloss_cli.analysis.changes import NAMES
from actloss_cli.analysis.verdicts import MISMATCHED, WORKING, VerdictName

Standing: TypeAlias = Literal["working", "mismatched", "open"]
"""What a verdict says in the headline; `open` where it is not known."""

_SERIOUS: tuple[tuple[Standing, Standing], ...] = (
    ("working", "mismatched"),
    ("mismatched", "working"),
    ("working", "open"),
    ("open", "mismatched"),
    ("mismatched", "open"),
    ("open", "working"),
)
"""Standings before and after, the most serious first; then come changes that leave the standing as it was."""


@dataclass(frozen=True)
class ChangeCounts:
    """Numbers of pairings that both runs have."""

    n_both: int
    n_changed: int
    """With another verdict."""
    n_broken: int
    """From working to mismatched."""
    n_mended: int
    """From mismatched to working."""
    n_lost: int
    """Incomplete in the second run alone: the verdict is not known any more."""
    n_up: int
    """With a score that moved up, beyond noise."""
    n_down: int
    n_equal: int
    """To the last digit, or without a trial in both."""
    n_untrained: int
    """Of the equal ones those without a score in both."""

    @property
    def n_moved(self) -> int:
        """Scores that moved beyond noise, up or down."""
        return self.n_up + self.n_down

    @property
    def holds(self) -> bool:
        """Whether the second run confirms the first: no verdict crossed over or was lost, and no score moved."""
        return not (self.n_broken or self.n_mended or self.n_lost or self.n_moved)


def count_changes(pairings: pd.DataFrame) -> ChangeCounts:
    """Of `Changes.pairings`, or of a part of them."""
    before, after = (pairings[f"verdict_{side}"].map(_standing) for side in ("before", "after"))
    lost = (pairings["verdict_before"] != VerdictName.INCOMPLETE) & (
        pairings["verdict_after"] == VerdictName.INCOMPLETE
    )
    up = pairings["difference"] > 0
    untrained = pairings["score_before"].isna() & pairings["score_after"].isna()
    return ChangeCounts(
        n_both=len(pairings),
        n_changed=int(pairings["changed"].sum()),
        n_broken=int(((before == "working") & (after == "mismatched")).sum()),
        n_mended=int(((before == "mismatched") & (after == "working")).sum()),
        n_lost=int(lost.sum()),
        n_up=int((pairings["moved"] & up).sum()),
        n_down=int((pairings["moved"] & ~up).sum()),
        n_equal=int(pairings["equal"].sum()),
        n_untrained=int((pairings["equal"] & untrained).sum()),
    )


def count_by_task(pairings: pd.DataFrame) -> Iterator[tuple[str, ChangeCounts]]:
    """Each task with its counts, in the order of the rows."""
    for task, group in pairings.groupby("task", sort=False):
        yield str(task), count_changes(group)


def count_transitions(pairings: pd.DataFrame) -> dict[tuple[str, str], int]:
    """How many verdicts changed, by verdict before and after; the most serious first, then the most frequent."""
    changed = pairings[pairings["changed"]]
    counts = Counter(zip(changed["verdict_before"], changed["verdict_after"], strict=True))
    return dict(sorted(counts.items(), key=lambda item: (_gravity(*item[0]), -item[1])))


def rank_changed(pairings: pd.DataFrame) -> pd.DataFrame:
    """The pairings whose verdict changed: the most serious first, then by the size of the difference, then by name."""
    changed = pairings[pairings["changed"]]
    gravity = [
        _gravity(*verdicts) for verdicts in zip(changed["verdict_before"], changed["verdict_after"], strict=True)
    ]
    keyed = changed.assign(gravity=gravity, size=changed["difference"].abs())
    order = keyed.sort_values(["gravity", "size", *NAMES], ascending=[True, False, *[True] * len(NAMES)])
    return changed.loc[order.index]


def rank_moved(pairings: pd.DataFrame) -> pd.DataFrame:
    """The pairings whose score moved beyond noise, the largest difference first, then by name."""
    moved = pairings[pairings["moved"]]
    keyed = moved.assign(size=moved["difference"].abs())
    return moved.loc[keyed.sort_values(["size", *NAMES], ascending=[False, *[True] * len(NAMES)]).index]


def _standing(verdict: str) -> Standing:
    if verdict in WORKING:
        return "working"
    return "mismatched" if verdict in MISMATCHED else "open"


def _gravity(before: str, after: str) -> int:
    """The place in `_SERIOUS`, or behind all."""
    standings = _standing(before), _standing(after)
    return _SERIOUS.index(standings) if standings in _SERIOUS else len(_SERIOUS)
