"""Whether what the output gives is what the loss takes, by theory where the catalogue has both, else by ranges."""

import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.checking.case import Case
from actloss_cli.checking.findings import LEVELS, Finding, Level
from actloss_cli.checking.head import Head
from actloss_cli.checking.kind import kind_of
from actloss_cli.checking.mending import advised_code
from actloss_cli.checking.rules import ranges, softmaxes
from actloss_cli.checking.rules.ranges import GRAVE_EXCESS
from actloss_cli.reference.measured import cost_of
from actloss_cli.theory.notice import Notice, NoticeName
from actloss_cli.theory.task_notices import notices_of_head

_LEVELS: Mapping[NoticeName, Level] = {
    NoticeName.OUTSIDE_DOMAIN: Level.ERROR,
    NoticeName.ONE_UNIT_SOFTMAX: Level.ERROR,
    NoticeName.UNBOUNDED_LOSS: Level.ERROR,
    NoticeName.PROBABILITIES_AS_LOGS: Level.ERROR,
    NoticeName.TRIVIAL_MINIMUM: Level.ERROR,
    NoticeName.MISSING_SOFTMAX: Level.ERROR,
    NoticeName.SOFTMAX_TWICE: Level.ERROR,
    NoticeName.SIGMOID_TWICE: Level.ERROR,
    NoticeName.BOUNDED_LOGITS: Level.WARNING,
    NoticeName.CODE_OUT_OF_REACH: Level.WARNING,
    NoticeName.LIKELIER_CLASS: Level.WARNING,
    NoticeName.WEAK_PULL: Level.NOTE,
}
"""Of theory's notices on classes; those that are not here are about how the loss was chosen, and no fault."""


_OVER_CLASSES = frozenset({"logits", "margins", "probabilities", "log-probabilities"})
"""What a loss takes that weighs the classes against one another; every other has two ways for each unit."""


def misfits(case: Case) -> Iterator[Finding]:
    """At most one of each loss, the gravest."""
    for head in case.heads:
        if head.swapped:
            continue
        found = [one for rule in (*softmaxes.RULES, _by_theory, *ranges.RULES) for one in rule(head)]
        if found:
            yield min(found, key=lambda finding: LEVELS.index(finding.level))


def _by_theory(head: Head) -> Iterator[Finding]:
    """What theory says of the output and the loss, both of the catalogue, on classes."""
    kind, output = kind_of(head), head.output
    if kind in (None, "regression") or output is None or not head.loss:
        return
    assert kind is not None
    n_classes = max(head.n_units, 2)
    notices = notices_of_head(Choice.of(output), Choice.of(head.loss), kind, np.arange(n_classes))
    for notice in notices:
        level = _LEVELS.get(notice.name)
        if level is None or _is_fair(notice, head):
            continue
        n_ways = n_classes if catalogue.loss(head.loss).takes in _OVER_CLASSES else 2
        if notice.name is NoticeName.BOUNDED_LOGITS and notice.numbers["excess"] > GRAVE_EXCESS * math.log(n_ways):
            level = Level.ERROR
        yield Finding(
            level=level,
            rule=str(notice.name).replace("'s", "").replace(" ", "-"),
            where=head.steps[-1].where if head.steps else head.loss_label,
            sentence=notice.text,
            evidence=f"{head.chain}, then {head.loss_label}; {head.seen}",
            theory=_theory(notice, n_ways),
            measured=cost_of(kind, output, head.loss, notice.remedy),
            fix=advised_code(notice.remedy, head.loss, head.steps[-1].where if head.steps else ""),
            numbers=dict(notice.numbers),
        )


def _is_fair(notice: Notice, head: Head) -> bool:
    """A softmax of several units under a loss per unit is no softmax of one; a note on a soft target is none."""
    return notice.name is NoticeName.ONE_UNIT_SOFTMAX and head.n_units > 1


def _theory(notice: Notice, n_ways: int) -> str:
    parts = []
    if "floor" in notice.numbers:
        floor = notice.numbers["floor"]
        parts.append(
            f"the loss cannot go below {floor:.4f}; one who knows nothing gets ln {n_ways} = {math.log(n_ways):.4f}"
        )
    if "pull" in notice.numbers:
        parts.append(f"gradient at a confidently wrong prediction: {100 * notice.numbers['pull']:.2g} % of the largest")
    return "; ".join(parts)


RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (misfits, softmaxes.twice_in_own_loss, ranges.reach)
