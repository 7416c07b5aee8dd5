"""What theory says of each pairing of a plan, as it is frozen: its notices, and which pairing follows their advice."""

from collections.abc import Iterator

from actloss_cli import catalogue
from actloss_cli.plan.plan import Plan, PlannedPairing
from actloss_cli.plan.trial import Pairing
from actloss_cli.theory.frozen import Frozen, StoredNotice
from actloss_cli.theory.notice import Notice
from actloss_cli.theory.notices import properness_of


def foretell(plan: Plan) -> Iterator[Frozen]:
    """For each pairing of the plan, in its order."""
    ids = {planned.id for planned in plan.pairings if not planned.invalid}
    for planned in plan.pairings:
        stored = (StoredNotice(notice, _against(planned, notice, ids)) for notice in planned.notices)
        yield Frozen(tuple(stored), _is_proper(planned.pairing))


def _against(planned: PlannedPairing, notice: Notice, ids: set[str]) -> str:
    """The pairing of the plan that differs in what the notice advises alone; "" without one."""
    functions = {role: choice.label for role, choice in vars(planned.pairing).items()} | dict(notice.remedy)
    id_ = f"{planned.facts.task.label}/{'/'.join(functions.values())}"
    return id_ if id_ in ids else ""


def _is_proper(pairing: Pairing) -> bool:
    spec = catalogue.loss(pairing.loss.name)
    return spec.implied is not None and properness_of(pairing.loss) == "proper"
