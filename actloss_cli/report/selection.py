"""Which pairings a reader asks for: by task, by whether they work, by their functions or what was found of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from actloss_cli.analysis.explanations import BETWEEN_NOTICES
from actloss_cli.analysis.pairing_row import FUNCTIONS
from actloss_cli.analysis.verdicts import MISMATCHED
from actloss_cli.config.wording import nearest
from actloss_cli.errors import Problem, UserError, user_error
from actloss_cli.report.only import Only

COLUMNS: Mapping[str, str] = {
    **{role: role for role in FUNCTIONS},
    "kind": "kind",
    "dataset": "dataset",
    "verdict": "verdict",
    "predicted": "predicted",
    "cause": "cause_name",
    "notice": "notice_names",
}
"""What a condition may name, and the column of `Analysis.pairings` behind it."""
_HINT = 'write --where "loss=mse,activation=relu"; several values: "loss=mse|mae"'


@dataclass(frozen=True)
class Selection:
    """What must hold of a pairing; of several values of one condition any will do."""

    tasks: tuple[str, ...] = ()
    only: Only | None = None
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def of_pairings(self) -> bool:
        """Whether it picks some of a task's pairings, not tasks as a whole."""
        return self.only is not None or bool(self.where)

    @property
    def is_empty(self) -> bool:
        """Whether it leaves everything as it is."""
        return not self.tasks and not self.of_pairings

    @property
    def label(self) -> str:
        """`mismatched, loss = mse or mae`, without the tasks."""
        conditions = [f"{name} = {' or '.join(values)}" for name, values in self.where.items()]
        return ", ".join(([self.only.value] if self.only else []) + conditions)


def read_where(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Conditions from `loss=mse|mae,activation=relu`; raises `UserError`."""
    found: dict[str, tuple[str, ...]] = {}
    for part in filter(None, (part.strip() for text in texts for part in _apart(text))):
        name, is_condition, values = part.partition("=")
        name, wanted = name.strip(), tuple(filter(None, (value.strip() for value in values.split("|"))))
        if not is_condition or not wanted:
            raise user_error(f"--where: '{part}' is no condition", hint=_HINT)
        if name not in COLUMNS:
            near = nearest(name, COLUMNS) or f"it can be {', '.join(COLUMNS)}"
            raise user_error(f"--where: nothing is called '{name}'", hint=near)
        found[name] = found.get(name, ()) + wanted
    return found


def select(pairings: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """Those rows of `Analysis.pairings`; raises `UserError` where a value occurs nowhere in these results."""
    unknown = list(_unknown(pairings, selection))
    if unknown:
        raise UserError(*unknown)
    keep = pd.Series(True, index=pairings.index)
    if selection.tasks:
        keep &= pairings["task"].isin(selection.tasks)
    if selection.only is Only.WORKS:
        keep &= pairings["works"]
    elif selection.only is Only.MISMATCHED:
        keep &= pairings["verdict"].isin(MISMATCHED)
    for name, values in selection.where.items():
        keep &= pairings[COLUMNS[name]].map(lambda cell, values=values: not _names(cell).isdisjoint(values))
    return pairings[keep]


def _apart(text: str) -> list[str]:
    """At commas, but for those within a label's settings: `loss=huber(delta=1, ..),activation=relu`."""
    return re.split(r",(?![^(]*\))", text)


def _names(cell: str) -> set[str]:
    """What a value may be to meet a cell: the label, the function without its settings, one of several notices."""
    labels = {label for label in cell.split(BETWEEN_NOTICES) if label}
    return labels | {label.partition("(")[0] for label in labels}


def _unknown(pairings: pd.DataFrame, selection: Selection) -> list[Problem]:
    wanted = {"task": selection.tasks, **selection.where}
    problems = []
    for name, values in wanted.items():
        known = sorted({label for cell in pairings[COLUMNS.get(name, name)].unique() for label in _names(cell)})
        for value in values:
            if value not in known:
                hint = nearest(value, known) or f"there are {', '.join(known)}" if known else ""
                problems.append(Problem(f"no pairing of these results has {name} '{value}'", hint=hint))
    return problems
