"""The verdict that theory predicts of a pairing before it is trained, by ordered rules: the first that fits decides.

Theory sees the functions, the initialisation, the depth, the shares of the classes and what models in closed form reach
on the training rows. It sees neither the budget nor how the learning rates suit the task.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np

from actloss_cli.theory.notice import Notice, NoticeName
from actloss_cli.theory.prediction_thresholds import PredictionThresholds


class PredictedVerdict(StrEnum):
    """Of the verdicts' vocabulary, as far as theory can tell."""

    WORKS = "works"
    IMPAIRED = "impaired"
    FAILS = "fails"
    INVALID = "invalid"


class RuleName(StrEnum):
    """The closed vocabulary, in the order of the rules."""

    INVALID = "cannot be trained"
    CONSTANT_OUTPUT = "constant output"
    UNBOUNDED_LOSS = "loss unbounded below"
    NO_PROBABILITIES = "no probabilities"
    EXPLODING = "exploding values"
    LINEAR = "no bend where bends are needed"
    R2_CEILING = "r2 ceiling"
    DEAD_OUTPUT = "output without slope"
    BASE_RATE = "drawn to the base rate"
    WEAK_PULL = "weak pull on imbalanced classes"
    LIKELIER_CLASS = "aims at the likelier of imbalanced classes"
    VANISHING_GRADIENT = "vanishing gradient"
    NO_RULE = "nothing speaks against it"


@dataclass(frozen=True)
class Prediction:
    """A predicted verdict, the rule that decided, and its sentence with the number that it rests on."""

    verdict: str
    rule: str
    reason: str

    @property
    def mismatched(self) -> bool:
        """Whether the pairing is predicted not to work."""
        return self.verdict != PredictedVerdict.WORKS


NOTHING_AGAINST = Prediction(PredictedVerdict.WORKS, RuleName.NO_RULE, "no other rule fits")


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of a pairing on a task before it is trained; the defaults are harmless."""

    invalid: str = ""
    """Why it cannot be trained; "" where it can."""
    notices: tuple[Notice, ...] = ()
    linear_share: float = 1.0
    """Of the gain over the floor that closed-form models get on the task, the linear one's: see `simple_fits`."""
    reach_share: float = 1.0
    """Of a regression: of their R², what is left within the output's reach."""
    imbalance: float = 1.0
    """Of classes: the commonest one's share over that of one of K equal ones."""
    dead_share: float = 0.0
    drawn: float = 0.0
    pull_when_drawn: float = 1.0
    """See `base_rate`."""
    pull: float = 1.0
    """See `HeadProperties`."""
    is_proper: bool = True
    """Whether the loss, without its weights, is least at the true probabilities; or is that of a regression."""
    largest_rms: float = 1.0
    """Of the hidden layers' activations at the start, layer by layer; infinite where theory's numbers end."""
    gradient_ratio: float = 1.0
    """Rms of the gradient of the first layer's weights over that of the last's, at the start: see `depth`."""
    step_scale: float = 1.0
    """How far the optimizer still goes where the gradient is a hundredth: see `step_scale`."""


_SMALLEST_SHARE = 1e-4
"""That reads well in per cent."""
LARGEST_SINGLE = float(np.finfo(np.float32).max)

Rule: TypeAlias = Callable[[Known, PredictionThresholds], Prediction | None]


def predict(known: Known, limits: PredictionThresholds | None = None) -> Prediction:
    """By the rules in their order; `works` where none fits."""
    limits = limits or PredictionThresholds()
    return next((found for rule in _RULES if (found := rule(known, limits))), NOTHING_AGAINST)


def _invalid(known: Known, _: PredictionThresholds) -> Prediction | None:
    return Prediction(PredictedVerdict.INVALID, RuleName.INVALID, known.invalid) if known.invalid else None


def _by_notice(rule: RuleName, name: NoticeName) -> Rule:
    """A rule that fits wherever the notice stands: the fact alone decides."""

    def fits(known: Known, _: PredictionThresholds) -> Prediction | None:
        text = next((one.text for one in known.notices if one.name is name), None)
        return Prediction(PredictedVerdict.FAILS, rule, text) if text else None

    return fits


def _exploding(known: Known, _: PredictionThresholds) -> Prediction | None:
    if known.largest_rms <= LARGEST_SINGLE:
        return None
    reason = "at the start the hidden layers' values are too large for single precision"
    return Prediction(PredictedVerdict.FAILS, RuleName.EXPLODING, reason)


def _linear(known: Known, limits: PredictionThresholds) -> Prediction | None:
    is_linear = any(one.name is NoticeName.NO_NONLINEARITY for one in known.notices)
    if not is_linear or known.linear_share >= limits.linear_share:
        return None
    reason = (
        f"the model is linear, and in closed form a linear model gets {_percent(known.linear_share)} of the gain that "
        "one with bends gets"
    )
    return _by_share(known.linear_share, RuleName.LINEAR, reason, limits)


def _r2_ceiling(known: Known, limits: PredictionThresholds) -> Prediction | None:
    if known.reach_share >= limits.reach_share:
        return None
    reason = f"of the R² to be had {_percent(known.reach_share)} is left within the output's reach"
    return _by_share(known.reach_share, RuleName.R2_CEILING, reason, limits)


def _dead_output(known: Known, limits: PredictionThresholds) -> Prediction | None:
    if known.dead_share < limits.dead_share:
        return None
    reason = (
        f"at {_percent(known.dead_share)} of the outputs of a start with variance 1 a wrong prediction has no gradient "
        "at all"
    )
    return Prediction(PredictedVerdict.IMPAIRED, RuleName.DEAD_OUTPUT, reason)


def _base_rate(known: Known, limits: PredictionThresholds) -> Prediction | None:
    if known.drawn < limits.drawn or known.pull_when_drawn >= limits.pull:
        return None
    reason = (
        "what is best for the classes' shares alone lies at a flat end of the output: there the rarer class pulls with "
        f"{_percent(known.pull_when_drawn)} of its largest gradient"
    )
    return Prediction(PredictedVerdict.FAILS, RuleName.BASE_RATE, reason)


def _weak_pull(known: Known, limits: PredictionThresholds) -> Prediction | None:
    if known.imbalance < limits.imbalance or known.pull >= limits.pull:
        return None
    reason = (
        f"a confidently wrong prediction is pulled with {_percent(known.pull)} of the largest gradient, and the "
        f"commonest class has {known.imbalance:.2f} times its equal share"
    )
    return Prediction(PredictedVerdict.IMPAIRED, RuleName.WEAK_PULL, reason)


def _likelier_class(known: Known, limits: PredictionThresholds) -> Prediction | None:
    if known.imbalance < limits.imbalance or known.is_proper:
        return None
    reason = (
        "the loss is not proper: it aims at the likelier class, and the commonest one has "
        f"{known.imbalance:.2f} times its equal share"
    )
    return Prediction(PredictedVerdict.IMPAIRED, RuleName.LIKELIER_CLASS, reason)


def _vanishing_gradient(known: Known, limits: PredictionThresholds) -> Prediction | None:
    start = f"the first layer's gradient starts at {_percent(known.gradient_ratio)} of the last one's"
    if known.gradient_ratio < limits.least_gradient_ratio:
        return Prediction(PredictedVerdict.FAILS, RuleName.VANISHING_GRADIENT, start)
    needs_first_layers = known.linear_share < limits.linear_share
    fades = known.gradient_ratio < limits.gradient_ratio and known.step_scale < limits.step_scale
    if not (needs_first_layers and fades):
        return None
    reason = f"{start}, the optimizer's steps shrink with it, and the task needs bends"
    return Prediction(PredictedVerdict.IMPAIRED, RuleName.VANISHING_GRADIENT, reason)


def _by_share(share: float, rule: RuleName, reason: str, limits: PredictionThresholds) -> Prediction:
    """Of the gain: what keeps too little fails, the rest is impaired."""
    verdict = PredictedVerdict.FAILS if share < limits.fail_share else PredictedVerdict.IMPAIRED
    return Prediction(verdict, rule, reason)


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if share >= _SMALLEST_SHARE or share == 0 else f"{share:.1e}"


_RULES: tuple[Rule, ...] = (
    _invalid,
    _by_notice(RuleName.CONSTANT_OUTPUT, NoticeName.ONE_UNIT_SOFTMAX),
    _by_notice(RuleName.UNBOUNDED_LOSS, NoticeName.UNBOUNDED_LOSS),
    _by_notice(RuleName.NO_PROBABILITIES, NoticeName.MISSING_SOFTMAX),
    _exploding,
    _linear,
    _r2_ceiling,
    _dead_output,
    _base_rate,
    _weak_pull,
    _likelier_class,
    _vanishing_gradient,
)
