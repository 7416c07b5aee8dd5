"""What theory says of each pairing of a plan, as it is frozen: notices, who follows their advice, a prediction."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.spec import HyperValue
from actloss_cli.datasets import Dataset, load, split
from actloss_cli.plan.plan import Plan, PlannedPairing, TaskFacts
from actloss_cli.plan.trial import Pairing, is_plain_mlp
from actloss_cli.theory.depth import properties_of_widths
from actloss_cli.theory.frozen import Frozen, StoredNotice
from actloss_cli.theory.known import known_of_head
from actloss_cli.theory.notice import Notice, NoticeName
from actloss_cli.theory.predict import Known, Prediction, predict
from actloss_cli.theory.prediction_thresholds import PredictionThresholds
from actloss_cli.theory.simple_fits import SimpleFits, fit_simply
from actloss_cli.theory.step_scale import step_scale

Functions: TypeAlias = tuple[tuple[str, tuple[tuple[str, HyperValue], ...]], ...]
"""Names and settings of a pairing's four, whatever their labels."""


def foretell(plan: Plan) -> Iterator[Frozen]:
    """For each pairing of the plan, in its order."""
    ids = {
        (planned.facts.task.label, _functions(planned.pairing)): planned.id
        for planned in plan.pairings
        if not planned.invalid
    }
    of_task = {label: _Foreteller(facts) for label, facts in plan.tasks.items()}
    for planned in plan.pairings:
        stored = [StoredNotice(notice, ids.get(_advised(planned, notice), "")) for notice in planned.notices]
        yield Frozen(tuple(stored), _is_proper(planned), of_task[planned.facts.task.label].predict(planned))


class _Foreteller:
    """Predicts the pairings of one task; what hangs on some of their functions alone is found once."""

    def __init__(self, facts: TaskFacts) -> None:
        self._facts = facts
        self._predictions: dict[tuple[Choice, Choice, Choice, bool], Prediction] = {}
        self._heads: dict[tuple[Choice, Choice], Known] = {}

    def predict(self, planned: PlannedPairing) -> Prediction:
        """Of the optimizer nothing counts but whether its steps shrink with the gradient."""
        pairing = planned.pairing
        if planned.invalid:
            return predict(Known(invalid=planned.invalid))
        scale = step_scale(pairing.optimizer)
        key = pairing.activation, pairing.output, pairing.loss, scale < PredictionThresholds.step_scale
        if key not in self._predictions:
            self._predictions[key] = predict(self._known(planned, scale))
        return self._predictions[key]

    def _known(self, planned: PlannedPairing, scale: float) -> Known:
        model, pairing = self._facts.task.model, planned.pairing
        head = pairing.output, pairing.loss
        if head not in self._heads:
            self._heads[head] = known_of_head(*head, self._facts.task.kind, self._y_train, self._fits)
        known = replace(self._heads[head], notices=planned.notices, step_scale=scale)
        if not is_plain_mlp(model):
            return known  # the mean field knows no normalisation, skip, filter or state: of depth nothing is foretold
        widths = (self._facts.n_features, *model.hidden, planned.n_units)
        depth = properties_of_widths(pairing.activation, model.init, widths)
        return replace(known, largest_rms=depth.largest_rms, gradient_ratio=depth.gradient_ratio)

    @cached_property
    def _y_train(self) -> NDArray[np.float64] | NDArray[np.int64]:
        return split(self._dataset, "tune", 0).y_train

    @cached_property
    def _fits(self) -> SimpleFits:
        return fit_simply(self._dataset)

    @property
    def _dataset(self) -> Dataset:
        return load(self._facts.task.dataset, self._facts.task.kind)


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
