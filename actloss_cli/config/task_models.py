"""The models of one task: those at the top of a config and the task's own merged, checked, and called by a label."""

import math
from dataclasses import dataclass
from typing import TypeVar

from actloss_cli.config.code_rule import CodeRule
from actloss_cli.config.flaw import Flaw, KeyPath
from actloss_cli.config.model_labels import label_models
from actloss_cli.config.model_sections import AnyModelSection, OwnModelSection
from actloss_cli.config.schema import ConfigFile, TaskSection
from actloss_cli.config.section import Section
from actloss_cli.config.wording import LABEL_RULE, label_problem, shown
from actloss_cli.extending.models import load_model
from actloss_cli.extending.refusal import Unusable
from actloss_cli.plan.trial import Model

S = TypeVar("S", bound=Section)


@dataclass(frozen=True)
class LabelledModel:
    """A model, and what tables call it; "" for an only one without a label of its own."""

    spec: Model
    label: str


def read_models(
    file: ConfigFile, i: int, shape: tuple[int, ...], flaws: list[Flaw], rule: CodeRule
) -> list[LabelledModel]:
    """Those of task i, whose rows have that shape; none, and at least one more flaw, where something is wrong.

    A task's own model replaces the keys that it gives where both are one model of the same kind, else the whole.
    """
    given = _given(file, file.tasks[i])
    path: KeyPath = ("tasks", i, "model") if "model" in file.tasks[i].model_fields_set else ("model",)
    sections = given if isinstance(given, list) else [given]
    paths = [(*path, place) for place in range(len(sections))] if isinstance(given, list) else [path]
    found: list[Flaw] = []
    models: list[LabelledModel] = []
    for one, label, here in zip(sections, label_models(sections), paths, strict=True):
        try:
            model = LabelledModel(_spec(one, shape, rule), label)
        except Unusable as misfit:
            found.append(Flaw(here, misfit.message, misfit.hint))
            continue
        if label and (problem := label_problem(label)):
            found.append(Flaw(here, f"{problem}, which its settings make it", f"add an 'as:'; {LABEL_RULE}"))
        elif words := _repeat(model, models):
            found.append(Flaw(here, *words))
        models.append(model)
    flaws.extend(flaw for flaw in found if flaw not in flaws)  # tasks share what stands at the top
    return [] if found else models


def _spec(section: AnyModelSection, shape: tuple[int, ...], rule: CodeRule) -> Model:
    """For rows of that shape; raises `Unusable` where there can be none."""
    if isinstance(section, OwnModelSection):
        if not rule.allowed:
            raise Unusable(f"{shown(section.kind)} is code of one's own, and nothing of it was imported", rule.hint)
        return load_model(section.kind, rule.folders, math.prod(shape))
    if words := section.misfit(shape):
        raise Unusable(*words)
    spec: Model = section.spec(shape)
    return spec


def _given(file: ConfigFile, section: TaskSection) -> AnyModelSection | list[AnyModelSection]:
    if "model" not in section.model_fields_set:
        return file.model
    own, top = section.model, file.model
    return merged(top, own) if not isinstance(own, list) and isinstance(top, type(own)) else own


def merged(top: S, own: S) -> S:
    """The section at the top under the keys that a task's own gives."""
    return top.model_copy(update={key: getattr(own, key) for key in own.model_fields_set})


def _repeat(model: LabelledModel, others: list[LabelledModel]) -> tuple[str, str] | None:
    """Message and hint where another model of the list is the same, or has the same label."""
    for place, other in enumerate(others):
        if other.spec == model.spec:
            return f"repeats entry [{place}] of this list", "remove one of the two"
        if other.label == model.label:
            return f"has the label of entry [{place}] of this list, '{other.label}'", "give it another with 'as:'"
    return None
