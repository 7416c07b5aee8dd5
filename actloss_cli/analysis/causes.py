"""Why a pairing is mismatched: rules in order, each with its evidence, its threshold and what to change.

The first rule that holds names the cause. Facts that alone decide come first, then what was measured while it trained,
then facts that damage some pairings and not others: such a notice is a cause only if the pairing that follows its
advice, where the run has it, does better.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np

from actloss_cli.analysis.cause_thresholds import CauseThresholds
from actloss_cli.analysis.symptoms import Symptoms
from actloss_cli.analysis.verdicts import VerdictName
from actloss_cli.plan.thresholds import Thresholds
from actloss_cli.theory.frozen import Frozen, StoredNotice
from actloss_cli.theory.notice import NoticeName


class CauseName(StrEnum):
    """What is named besides the notices."""

    THRESHOLD = "threshold"
    EXPLODED = "exploded"
    DEAD_OUTPUT = "dead output"
    DEAD_UNITS = "dead units"
    VANISHING_GRADIENT = "vanishing gradient"
    SATURATED_UNITS = "saturated units"
    CONSTANT_OUTPUT = "constant output"
    LR_TOO_LOW = "learning rate too low"
    LR_TOO_HIGH = "learning rate too high"
    TOO_FEW_STEPS = "too few steps"
    OVERFITS = "overfits"
    ACTIVATION = "this activation here"
    OUTPUT = "this output here"
    LOSS = "this loss here"
    OPTIMIZER = "this optimizer here"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True)
class Cause:
    """A name of `CauseName` or of `NoticeName`, and the sentence with its evidence and what to change."""

    name: str
    text: str


@dataclass(frozen=True)
class Exchange:
    """A pairing of the same task that differs in one function alone."""

    role: str
    label: str
    """Of the other function."""
    score: float


@dataclass(frozen=True)
class Case:
    """All that the rules look at; scores on the test rows, means over seeds, never below the floor."""

    activation: str
    output: str
    lr: float
    n_lrs: int
    """Learning rates that were tried."""
    score: float
    floor: float
    reference_score: float
    tuned_threshold_score: float
    """NaN where a task or a loss has no threshold."""
    theory: Frozen
    symptoms: Symptoms
    advised: Mapping[str, float]
    """Score of the pairing that a notice is measured against, by the pairing's id."""
    exchanges: Sequence[Exchange] = ()
    """The best that one other function in place of the pairing's own makes of it, role by role."""
    diverges: bool = False
    """Whether most trials turned non-finite, in tuning or in the end."""
    reference_notices: frozenset[str] = frozenset()
    """Names of what is to be noticed of the reference, which is none the worse for it."""
    reference_rise: float = 0.0
    reference_fall: float = 0.0
    """Of the reference's validation score, as `Symptoms` has them."""

    @property
    def gain(self) -> float:
        """The reference's over the floor."""
        return self.reference_score - self.floor

    @property
    def shortfall(self) -> float:
        """What the pairing lacks of the reference's score."""
        return self.reference_score - self.score


Rule: TypeAlias = Callable[[Case, Thresholds, CauseThresholds], Cause | None]


def cause_of_invalid(reason: str, theory: Frozen) -> Cause:
    """Why a pairing cannot be trained."""
    stored = _notice(
        theory,
        NoticeName.NO_CODING,
        NoticeName.OUTSIDE_DOMAIN,
        NoticeName.NEGATIVE_TARGETS,
        NoticeName.WEIGHTS_ON_REGRESSION,
    )
    return _as_cause(stored) if stored else Cause(VerdictName.INVALID, reason)


def name_cause(case: Case, thresholds: Thresholds, limits: CauseThresholds) -> Cause:
    """Why a pairing that was trained is mismatched."""
    for rule in _RULES:
        if cause := rule(case, thresholds, limits):
            return cause
    return Cause(CauseName.UNEXPLAINED, "no rule explains it; 'actloss show' has its curves and diagnostics")


def _notice(theory: Frozen, *names: NoticeName) -> StoredNotice | None:
    return next((one for one in theory.notices if one.notice.name in names), None)


def _as_cause(stored: StoredNotice, evidence: str = "") -> Cause:
    return Cause(stored.notice.name, f"{stored.notice.text} ({evidence})" if evidence else stored.notice.text)


def _decided_by_theory(case: Case, _: Thresholds, __: CauseThresholds) -> Cause | None:
    """Nothing can be learnt, or nothing has to be."""
    stored = _notice(case.theory, NoticeName.ONE_UNIT_SOFTMAX, NoticeName.UNBOUNDED_LOSS, NoticeName.TRIVIAL_MINIMUM)
    return _as_cause(stored) if stored else None


def _ceiling(case: Case, thresholds: Thresholds, _: CauseThresholds) -> Cause | None:
    stored = _notice(case.theory, NoticeName.TARGETS_OUT_OF_REACH)
    if stored is None:
        return None
    ceiling = stored.notice.numbers["r2_ceiling"]
    if ceiling >= (1 - thresholds.margin) * case.reference_score or case.score > ceiling + thresholds.margin:
        return None
    return _as_cause(stored, f"R² {case.score:.2f} against {case.reference_score:.2f}")


def _undefined(case: Case, _: Thresholds, limits: CauseThresholds) -> Cause | None:
    stored, share = _notice(case.theory, NoticeName.MISSING_SOFTMAX), case.symptoms.undefined
    if stored is None or not share >= limits.undefined:
        return None
    return _as_cause(stored, f"{_percent(share)} of the predictions were none that the loss takes")


def _exploded(case: Case, _: Thresholds, __: CauseThresholds) -> Cause | None:
    s = case.symptoms
    mend = "lower the rate, clip the gradient (clip: norm), or choose a bounded activation"
    if s.n_diverged > s.n / 2:
        text = (
            f"exploded: {s.n_diverged} of {s.n} trials turned non-finite, the median one in epoch "
            f"{s.diverged_epoch:.0f} at lr {case.lr:g}; {mend}"
        )
    elif case.diverges:
        text = f"exploded: most trials turned non-finite while the learning rate was tuned; {mend}"
    else:
        return None
    return Cause(CauseName.EXPLODED, text)


def _threshold(case: Case, thresholds: Thresholds, limits: CauseThresholds) -> Cause | None:
    won = case.tuned_threshold_score - case.score
    if not (won >= thresholds.margin * case.gain and won >= limits.threshold_share * case.shortfall):
        return None
    # an output that cannot cross the threshold is not helped by weights
    held_back = (NoticeName.BOUNDED_LOGITS, NoticeName.SIGMOID_TWICE, NoticeName.CODE_OUT_OF_REACH)
    stored = _notice(case.theory, *held_back)
    mend = f"; {stored.notice.text}" if stored else " or weigh the classes (class_weight: balanced)"
    text = (
        f"the threshold: decided at its fixed place the score is {case.score:.3f}, at the one tuned on validation "
        f"{case.tuned_threshold_score:.3f}; tune the threshold{mend}"
    )
    return Cause(CauseName.THRESHOLD, text)


def _dead_output(case: Case, _: Thresholds, limits: CauseThresholds) -> Cause | None:
    s = case.symptoms
    if not (s.output_spread < limits.constant and s.output_at_ends >= limits.most):
        return None
    text = (
        f"the output is dead: {case.output} gives the same end of its range for {_percent(s.output_at_ends)} of the "
        "predictions, where it has no gradient; use output identity, or the loss's standard output"
    )
    return Cause(CauseName.DEAD_OUTPUT, text)


def _lies_elsewhere(case: Case, thresholds: Thresholds) -> bool:
    """Whether another output or loss mends it and another activation does not: then no hidden layer is to blame."""
    enough = case.reference_score - thresholds.margin * case.gain
    mends = {one.role for one in case.exchanges if one.score >= enough}
    return bool(mends & {"output", "loss"}) and "activation" not in mends


def _dead_units(case: Case, thresholds: Thresholds, limits: CauseThresholds) -> Cause | None:
    if not case.symptoms.dead >= limits.dead or _lies_elsewhere(case, thresholds):
        return None
    text = (
        f"dead units: {_percent(case.symptoms.dead)} of a hidden layer's units are zero on every input at the end; "
        f"lower the learning rate ({case.lr:g}), widen the layers, or use leaky_relu or elu"
    )
    return Cause(CauseName.DEAD_UNITS, text)


def _vanishing(case: Case, thresholds: Thresholds, limits: CauseThresholds) -> Cause | None:
    if not case.symptoms.gradient_ratio < limits.vanishing or _lies_elsewhere(case, thresholds):
        return None
    text = (
        f"vanishing gradient: the first layer's gradient falls to {case.symptoms.gradient_ratio:.1e} of the last "
        f"layer's under {case.activation}; use fewer layers, another activation, or an initialisation made for this "
        "one (init: kaiming, xavier or lecun)"
    )
    return Cause(CauseName.VANISHING_GRADIENT, text)


def _saturated(case: Case, thresholds: Thresholds, limits: CauseThresholds) -> Cause | None:
    if not case.symptoms.saturated >= limits.saturated or _lies_elsewhere(case, thresholds):
        return None
    text = (
        f"saturated units: {_percent(case.symptoms.saturated)} of a hidden layer's units have hardly any slope left on "
        f"95 % of the inputs under {case.activation}; lower the learning rate ({case.lr:g}), or use an activation that "
        "has a slope everywhere, such as leaky_relu"
    )
    return Cause(CauseName.SATURATED_UNITS, text)


def _lr_too_low(case: Case, thresholds: Thresholds, limits: CauseThresholds) -> Cause | None:
    s = case.symptoms
    if not (case.n_lrs == 1 and s.largest_update < limits.small_update):
        return None
    text = (
        f"the learning rate {case.lr:g} is too low: a step changes the weights by at most {s.largest_update:.0e} of "
        f"their size, about 1e-3 is usual; raise it, or give a grid (lr: {{points: 5}})"
    )
    return Cause(CauseName.LR_TOO_LOW, text)


def _lr_too_high(case: Case, thresholds: Thresholds, limits: CauseThresholds) -> Cause | None:
    s = case.symptoms
    if not (case.n_lrs == 1 and s.update_ratio > limits.large_update):
        return None
    text = (
        f"the learning rate {case.lr:g} is too high: a step still changes the weights by {s.update_ratio:.0e} of their "
        f"size at the end, about 1e-3 is usual; lower it, or give a grid (lr: {{points: 5}})"
    )
    return Cause(CauseName.LR_TOO_HIGH, text)


def _no_nonlinearity(case: Case, thresholds: Thresholds, _: CauseThresholds) -> Cause | None:
    return _damaging(case, thresholds, NoticeName.NO_NONLINEARITY)


def _misfit(case: Case, thresholds: Thresholds, _: CauseThresholds) -> Cause | None:
    """What held for some pairings and not for others."""
    return _damaging(
        case,
        thresholds,
        NoticeName.SOFTMAX_TWICE,
        NoticeName.SIGMOID_TWICE,
        NoticeName.PROBABILITIES_AS_LOGS,
        NoticeName.BOUNDED_LOGITS,
        NoticeName.CODE_OUT_OF_REACH,
        NoticeName.MISSING_SOFTMAX,
        NoticeName.WEAK_PULL,
        NoticeName.OTHER_CENTRE,
    )


def _damaging(case: Case, thresholds: Thresholds, *names: NoticeName) -> Cause | None:
    """The notice, unless its advice was tried and helps less than the margin, or the reference does well with it."""
    stored = _notice(case.theory, *names)
    if stored is None:
        return None
    advised = case.advised.get(stored.against, np.nan)
    if np.isfinite(advised):
        if advised - case.score < thresholds.margin * case.gain:
            return None
        return _as_cause(stored, f"score {case.score:.3f}, so advised {advised:.3f}")
    return None if stored.notice.name in case.reference_notices else _as_cause(stored)


def _constant_output(case: Case, _: Thresholds, limits: CauseThresholds) -> Cause | None:
    if not case.symptoms.output_spread < limits.constant:
        return None
    text = (
        f"constant output: over all inputs it varies by {case.symptoms.output_spread:.0e}: every input gets the same "
        "answer; look at the gradients by layer in 'actloss show', lower the learning rate or change the activation"
    )
    return Cause(CauseName.CONSTANT_OUTPUT, text)


def _too_few_steps(case: Case, thresholds: Thresholds, _: CauseThresholds) -> Cause | None:
    if not case.symptoms.rise - max(case.reference_rise, 0.0) >= thresholds.margin * case.gain / 2:
        return None
    text = (
        f"too few steps: the score still rose by {case.symptoms.rise:.3f} in the last third of the training, at the "
        f"best learning rate tried ({case.lr:g}); train longer (training.epochs) or use a faster optimizer"
    )
    return Cause(CauseName.TOO_FEW_STEPS, text)


def _overfits(case: Case, thresholds: Thresholds, _: CauseThresholds) -> Cause | None:
    s = case.symptoms
    if not s.fall - case.reference_fall >= max(thresholds.margin * case.gain, case.shortfall / 2):
        return None
    text = (
        f"it was better before: the validation score fell by {s.fall:.3f} from its best, in epoch {s.best_epoch:.0f}, "
        "to the last one; stop earlier, lower the rate towards the end (schedule: cosine), or regularise"
    )
    return Cause(CauseName.OVERFITS, text)


def _likelier_class(case: Case, thresholds: Thresholds, _: CauseThresholds) -> Cause | None:
    return _damaging(case, thresholds, NoticeName.LIKELIER_CLASS)


def _exchange(case: Case, thresholds: Thresholds, _: CauseThresholds) -> Cause | None:
    """Nothing was seen to go wrong: the one function whose exchange helps most is to blame."""
    best = max(case.exchanges, key=lambda one: one.score, default=None)
    if best is None or best.score - case.score < thresholds.margin * case.gain:
        return None
    text = (
        f"the {best.role}: no symptom was measured, but with {best.label} in its place the score is {best.score:.3f} "
        f"rather than {case.score:.3f}"
    )
    return Cause(CauseName[best.role.upper()], text)


_RULES: Sequence[Rule] = (
    _decided_by_theory,
    _undefined,
    _exploded,
    _ceiling,
    _likelier_class,
    _dead_output,
    _threshold,
    _dead_units,
    _vanishing,
    _saturated,
    _no_nonlinearity,
    _misfit,
    _lr_too_low,
    _lr_too_high,
    _constant_output,
    _overfits,
    _too_few_steps,
    _exchange,
)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
