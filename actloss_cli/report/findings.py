"""What a run says in a sentence: how much of it is there, how many pairings work, with which functions nothing does."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from actloss_cli.analysis.verdicts import MISMATCHED, VerdictName
from actloss_cli.report.number_format import format_share
from actloss_cli.report.ranking import trained
from actloss_cli.report.verdict_style import VERDICTS
from actloss_cli.store.data import RunFacts

_JOINED = {("output", "loss"): "{1} never works under {0}", ("activation", "optimizer"): "{0} never works with {1}"}


@dataclass(frozen=True)
class Offence:
    """A function, or two together, all of whose trained pairings are mismatched."""

    functions: Mapping[str, str]
    """Role to label."""
    counts: Mapping[str, int]
    """Pairings by verdict."""

    @property
    def sentence(self) -> str:
        """`hinge never works under softmax`, or `loss hinge never works`."""
        if len(self.functions) == 1:
            ((role, label),) = self.functions.items()
            return f"{role} {label} never works"
        first, second = self.functions
        return _JOINED[first, second].format(self.functions[first], self.functions[second])

    @property
    def evidence(self) -> str:
        """`28 fails, 7 diverges`."""
        return ", ".join(f"{n} {verdict}" for verdict, n in self.counts.items())


def count_verdicts(pairings: pd.DataFrame) -> dict[str, int]:
    """Pairings by verdict, in the vocabulary's order; verdicts that do not occur are left out."""
    return _in_order(Counter(pairings["verdict"].tolist()))


def counted(pairings: pd.DataFrame) -> str:
    """`118 of 210 pairings work, 80 are mismatched, 12 undecided`, of one task."""
    if (pairings["verdict"] == VerdictName.NO_SIGNAL).any():
        return "no signal, no pairing beats the trivial predictor clearly"
    parts = [f"{format_share(int(pairings['works'].sum()), len(pairings))} pairings work"]
    counts = pairings["verdict"].value_counts()
    n_mismatched = int(pairings["verdict"].isin(MISMATCHED).sum())
    parts.append(f"{n_mismatched:,} {'is' if n_mismatched == 1 else 'are'} mismatched")
    parts += [f"{counts[name]:,} {name}" for name in (VerdictName.UNDECIDED, VerdictName.INCOMPLETE) if name in counts]
    return ", ".join(parts)


def find_offences(pairings: pd.DataFrame, roles: tuple[str, str]) -> list[Offence]:
    """Labels of either role with which nothing works, then pairs of labels that these do not cover; the largest first.

    Only trained pairings count, and all of them must be mismatched: what is undecided or incomplete accuses nobody.
    """
    pool = trained(pairings[[*roles, "verdict"]])
    single = [offence for role in roles for offence in _offences(pool, [role])]
    for offence in single:
        ((role, label),) = offence.functions.items()
        pool = pool[pool[role] != label]
    return _largest_first(single) + _largest_first(_offences(pool, roles))


def title_of(task: str, pairings: pd.DataFrame, roles: tuple[str, str]) -> str:
    """`moons: 118 of 210 pairings work; hinge never works under softmax`."""
    counted = f"{task}: {format_share(int(pairings['works'].sum()), len(pairings))} pairings work"
    if (pairings["verdict"] == VerdictName.NO_SIGNAL).any():
        return f"{task}: no signal, no pairing beats the trivial predictor clearly"
    offences = find_offences(pairings, roles)
    return f"{counted}; {offences[0].sentence}" if offences else counted


def unfinished(run: RunFacts) -> str:
    """`UNFINISHED: 1,234 of 5,678 trials missing`, or nothing for a finished run; of a shard, that it is one."""
    if not run.n_missing:
        return ""
    what = f"PARTIAL, only shard {', '.join(run.shards)} of the plan" if run.shards else "UNFINISHED"
    return f"{what}: {format_share(run.n_missing, run.n_missing + run.n_trials)} trials missing"


def _in_order(counts: Mapping[str, int]) -> dict[str, int]:
    """Of verdicts that occur."""
    return {verdict: counts[verdict] for verdict in VERDICTS if verdict in counts}


def _offences(pool: pd.DataFrame, roles: Sequence[str]) -> list[Offence]:
    verdicts: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for *labels, verdict in zip(*(pool[role].tolist() for role in roles), pool["verdict"].tolist(), strict=True):
        verdicts[tuple(labels)].append(verdict)
    found = [
        Offence(dict(zip(roles, labels, strict=True)), _in_order(Counter(of_labels)))
        for labels, of_labels in verdicts.items()
        if MISMATCHED.issuperset(of_labels)
    ]
    # A sole label that covers the whole task accuses the task, not the function.
    return found if len(roles) > 1 or pool[roles[0]].nunique() > 1 else []


def _largest_first(offences: list[Offence]) -> list[Offence]:
    """Of equals the one with more that keep nothing, neither score nor finite numbers."""
    lost = (VerdictName.FAILS, VerdictName.DIVERGES)
    return sorted(offences, key=lambda one: (-sum(one.counts.values()), -sum(one.counts.get(name, 0) for name in lost)))
