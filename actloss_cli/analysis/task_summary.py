"""A task in a few lines: which outputs and losses work, what is mismatched and because of what."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import pandas as pd

from actloss_cli.analysis.pairing_row import FUNCTIONS
from actloss_cli.analysis.verdicts import MISMATCHED, VerdictName

_ROLES: Sequence[tuple[str, ...]] = (("activation",), ("optimizer",), ("loss",), ("output",), ("output", "loss"))
"""By which functions a group of pairings can be told, simplest first."""
COVERED = 0.9
"""Of a group's pairings, which the functions named for it must have."""


@dataclass(frozen=True)
class WorkingHead:
    """An output and a loss under which some pairings work."""

    output: str
    loss: str
    n_work: int
    n_trained: int


@dataclass(frozen=True)
class MismatchGroup:
    """Mismatched pairings of one cause."""

    cause_name: str
    n: int
    functions: tuple[str, ...]
    """Labels that most of them share, such as `softmax + hinge`; the commonest first."""
    example: str
    """The cause in full, of the pairing among them that lost most."""


@dataclass(frozen=True)
class TaskSummary:
    """The best heads first, the largest groups first."""

    working: tuple[WorkingHead, ...]
    mismatched: tuple[MismatchGroup, ...]


def summarise_task(pairings: pd.DataFrame) -> TaskSummary:
    """Of a task's pairings as `Analysis.pairings` has them."""
    told = pairings[[*FUNCTIONS, "verdict", "works", "score", "cause", "cause_name"]]  # groups of few columns are cheap
    return TaskSummary(tuple(_working(told)), tuple(_mismatched(told)))


def _working(pairings: pd.DataFrame) -> list[WorkingHead]:
    trained = pairings[pairings["verdict"] != VerdictName.INVALID]
    heads = list(zip(trained["output"].tolist(), trained["loss"].tolist(), strict=True))
    n_work = Counter(head for head, works in zip(heads, trained["works"].tolist(), strict=True) if works)
    found = [WorkingHead(*head, n_work[head], n) for head, n in Counter(heads).items() if n_work[head]]
    return sorted(found, key=lambda head: -head.n_work / head.n_trained)


def _mismatched(pairings: pd.DataFrame) -> list[MismatchGroup]:
    mismatched = pairings[pairings["verdict"].isin(MISMATCHED)]
    labels = {roles: _labels(mismatched, roles) for roles in _ROLES}
    n_labels = {roles: len(set(_labels(pairings, roles))) for roles in _ROLES}
    causes, score = mismatched["cause"].tolist(), mismatched["score"].reset_index(drop=True)
    places: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(mismatched["cause_name"].tolist()):
        places[name].append(place)
    groups = []
    for name, of_group in places.items():
        worst = score[of_group].sort_values(na_position="last").index[0]
        told_by = _told_by({roles: [of_all[place] for place in of_group] for roles, of_all in labels.items()}, n_labels)
        groups.append(MismatchGroup(name, len(of_group), told_by, causes[worst]))
    return sorted(groups, key=lambda group: -group.n)


def _told_by(
    labels: Mapping[tuple[str, ...], Sequence[tuple[str, ...]]], n_labels: Mapping[tuple[str, ...], int]
) -> tuple[str, ...]:
    """The functions that say which pairings these are: of the roles, those of which the fewest labels cover the group.

    Fewest as a share of all that the task has, `n_labels`, so that one optimizer of five says more than one output of
    two. `labels` are those of each of the group's pairings.
    """
    covering = {roles: _covering(of_group) for roles, of_group in labels.items()}
    best = min(_ROLES, key=lambda roles: len(covering[roles]) / n_labels[roles])
    return tuple(" + ".join(found) for found in covering[best])


def _labels(pairings: pd.DataFrame, roles: tuple[str, ...]) -> list[tuple[str, ...]]:
    return list(zip(*(pairings[role].tolist() for role in roles), strict=True))


def _covering(labels: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The commonest until so many of all are covered; of equally common ones the first comes first."""
    common = Counter(labels).most_common()
    reached = accumulate((n for _, n in common), initial=0)
    return [found for (found, _), before in zip(common, reached, strict=False) if before < COVERED * len(labels)]
