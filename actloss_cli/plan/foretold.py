"""What theory says of each pairing of a plan, as it is frozen: its notices, and which pairing follows their advice."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.spec import HyperValue
from actloss_cli.plan.plan import Plan, PlannedPairing
from actloss_cli.plan.trial import Pairing
from actloss_cli.theory.frozen import Frozen, StoredNotice
from actloss_cli.theory.notice import Notice, NoticeName

Functions: TypeAlias = tuple[tuple[str, tuple[tuple[str, HyperValue], ...]], ...]
"""Names and settings of a pairing's four, whatever their labels."""


def foretell(plan: Plan) -> Iterator[Frozen]:
    """For each pairing of the plan, in its order."""
    ids = {
        (planned.facts.task.label, _functions(planned.pairing)): planned.id
        for planned in plan.pairings
        if not planned.invalid
    }
    for planned in plan.pairings:
        stored = [StoredNotice(notice, ids.get(_advised(planned, notice), "")) for notice in planned.notices]
        yield Frozen(tuple(stored), _is_proper(planned))


def _functions(pairing: Pairing) -> Functions:
    return tuple((choice.name, choice.overrides) for choice in vars(pairing).values())


def _advised(planned: PlannedPairing, notice: Notice) -> tuple[str, Functions]:
    """Task and functions of the pairing that differs in what the notice advises alone."""
    pairing = replace(planned.pairing, **{role: Choice.of(name) for role, name in notice.remedy.items()})
    return planned.facts.task.label, _functions(pairing)


def _is_proper(planned: PlannedPairing) -> bool:
    """Whether its loss is least, in expectation, at the true probabilities."""
    spec = catalogue.loss(planned.pairing.loss.name)
    is_biased = any(notice.name is NoticeName.BIASED_PROBABILITIES for notice in planned.notices)
    return spec.implied is not None and not is_biased and spec.proper_for(planned.pairing.loss.hyper(spec)) == "proper"
