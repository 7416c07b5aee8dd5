"""Which pairings a side means, and which of two sides' pairings are held against each other. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import pandas as pd

from actloss_cli.catalogue import UnknownFunction
from actloss_cli.catalogue.lookup import FIND
from actloss_cli.claims.schema import Side
from actloss_cli.config.entries import ROLES, Role
from actloss_cli.config.flaw import Flaw, KeyPath, carried
from actloss_cli.config.wording import nearest_or_all, shown

PARTS = ("task", "kind", "dataset", "model", *ROLES)


@dataclass(frozen=True)
class Matched:
    """Pairings of two sides that differ in what the sides name, and in nothing else."""

    label: str
    """The task, or both where they differ."""
    tasks: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    """Pairing ids."""
    share_data: bool
    """Whether a seed means the same split of the same rows on both sides."""


def find_pairings(side: Side, pairings: pd.DataFrame, path: KeyPath) -> pd.DataFrame:
    """The side's rows of `Measured.pairings`; raises pydantic's `ValidationError` at `path` where there is none."""
    found = pairings
    for part in PARTS:
        text = getattr(side, part)
        known = list(dict.fromkeys(found[part]))
        fits = _fitting(part, text, known)
        if not fits:
            hint = nearest_or_all(text, list(dict.fromkeys(pairings[part])), "there are")
            raise carried([Flaw((*path, part), f"no pairing of the run has the {part} {shown(text)}", hint)])
        found = found[found[part].isin(fits)]
    return found


def match(a: Side, b: Side, pairings: pd.DataFrame, path: KeyPath) -> list[Matched]:
    """Pairs by task; across tasks by dataset where the sides name other tasks or models, by kind if other datasets.

    Raises pydantic's `ValidationError` where a side has no pairing, or the two have none that match.
    """
    left, right = (find_pairings(side, pairings, (*path, name)) for side, name in ((a, "a"), (b, "b")))
    keys = _task_keys(a, b)
    roles = [role for role in ROLES if getattr(a, role) == getattr(b, role)]
    met = left.reset_index().merge(right.reset_index(), on=[*keys, *roles], suffixes=("_a", "_b"))
    met = met[met["pairing_id_a"] != met["pairing_id_b"]]
    if met.empty:
        hint = "name the same functions on both sides, but for those that are compared"
        raise carried([Flaw(path, "no pairing of 'a' has a partner in 'b'", hint)])
    return [_matched(group, share_data="dataset" in keys) for _, group in met.groupby(keys, sort=False)]


def one_by_one(matched: Sequence[Matched]) -> Iterator[Matched]:
    """Each pair for itself."""
    for one in matched:
        for a, b in one.pairs:
            names = a.split("/")[-len(ROLES) :]
            yield Matched(f"{one.label}: {'/'.join(names)}", one.tasks, ((a, b),), one.share_data)


def _task_keys(a: Side, b: Side) -> list[str]:
    if a.dataset != b.dataset:
        return ["kind"]
    if a.task != b.task or a.model != b.model:
        return ["kind", "dataset"]
    return ["kind", "dataset", "task"]


def _matched(group: pd.DataFrame, *, share_data: bool) -> Matched:
    columns = [name for name in ("task", "task_a", "task_b") if name in group]
    tasks = tuple(dict.fromkeys(group[columns].to_numpy().ravel().tolist()))
    pairs = tuple(zip(group["pairing_id_a"], group["pairing_id_b"], strict=True))
    return Matched(" / ".join(tasks), tasks, pairs, share_data)


def _fitting(part: str, text: str, known: Sequence[str]) -> list[str]:
    """The labels that a text means: that label alone, else by the catalogue's name, else by wildcard."""
    if text in known:
        return [text]
    if part in ROLES:
        name = _canonical(part, text)
        if name in known:
            return [name]
    return [label for label in known if fnmatchcase(label, text)]


def _canonical(role: Role, text: str) -> str:
    try:
        return FIND[role](text).name
    except UnknownFunction:
        return text
