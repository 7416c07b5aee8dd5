"""The notices of a pairing, by stated rules on what its functions declare and on what follows from them."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.interval import UNIT, Interval
from actloss_cli.catalogue.partners import standard_output
from actloss_cli.catalogue.spec import ActivationSpec, Kind, LossSpec, Properness
from actloss_cli.theory.centre import MEAN, SAME_CENTRE, centre_of
from actloss_cli.theory.head_properties import HeadProperties
from actloss_cli.theory.notice import Notice, NoticeName
from actloss_cli.theory.reach import Reach

LEAST_EXCESS = 0.02
"""A loss that can come nearer than this to its least value is not held back by its output."""
LEAST_UNREACHABLE = 0.005
"""Of a regression's targets."""
WEAK = 0.01
"""Of the largest gradient: what a confidently wrong prediction feels less of than this, it hardly feels."""
LEAST_IMBALANCE = 1.1
"""With classes as even as that, weights change next to nothing."""
AFFINE = 1e-9


@dataclass(frozen=True)
class Head:
    """An output and a loss on one task, with what is known of them; `properties` of classes, `reach` else."""

    kind: Kind
    output: Choice
    loss: Choice
    n_units: int
    properties: HeadProperties | None
    reach: Reach | None
    imbalance: float
    """Of classes: the commonest one's share over that of one of K equal ones; 1 for a regression."""

    @property
    def output_spec(self) -> ActivationSpec:
        """Its declaration."""
        return catalogue.activation(self.output.name)

    @property
    def loss_spec(self) -> LossSpec:
        """Its declaration."""
        return catalogue.loss(self.loss.name)

    @property
    def range(self) -> Interval:
        """Of the output."""
        return self.output_spec.range_for(self.output.hyper(self.output_spec))

    @property
    def partner(self) -> str:
        """The loss's standard output."""
        return standard_output(self.loss_spec)


def head_notices(head: Head) -> Iterator[Notice]:
    """At most one way in which output and loss don't fit, the gravest; then what the loss aims at."""
    if misfit := next((found for rule in _MISFITS if (found := rule(head)) is not None), None):
        yield misfit
    for rule in (_biased_probabilities, _likelier_class, _other_centre):
        if found := rule(head):
            yield found


def activation_notices(activation: Choice, n_hidden: int) -> Iterator[Notice]:
    """Of the function inside so many hidden layers."""
    spec = catalogue.activation(activation.name)
    if n_hidden and _is_affine(spec, activation):
        text = (
            f"{activation.label} in the hidden layers adds no non-linearity: the model is a linear one however deep it "
            "is; use relu, say"
        )
        yield Notice(NoticeName.NO_NONLINEARITY, text, {"activation": "relu"})


def no_coding(loss: Choice, kind: Kind) -> Notice:
    """Of a loss that has no coding for the target of such a task."""
    fitting = {"regression": "mse", "binary": "bce_with_logits", "multiclass": "cross_entropy"}[kind]
    wanted = {"regression": "real numbers", "binary": "two classes", "multiclass": "several classes"}[kind]
    text = f"{loss.label} has no coding for {wanted}: it cannot be trained on this target; use {fitting}, say"
    return Notice(NoticeName.NO_CODING, text, {"loss": fitting})


def negative_targets(loss: Choice, lowest: float) -> Notice:
    """Of a loss on rates where a target is negative."""
    text = (
        f"{loss.label} takes targets that are not negative, these go down to {lowest:g}; use mse, or shift the target"
    )
    return Notice(NoticeName.NEGATIVE_TARGETS, text, {"loss": "mse"})


def weights_on_regression(loss: Choice) -> Notice:
    """Of class weights where there are no classes."""
    text = f"{loss.label} weighs classes, of which a regression has none; leave class_weight out"
    return Notice(NoticeName.WEIGHTS_ON_REGRESSION, text)


def outside_domain(output: Choice, loss: Choice) -> Notice:
    """Of an output that leaves the domain of its loss."""
    spec, out = catalogue.loss(loss.name), catalogue.activation(output.name)
    partner = standard_output(spec)
    text = (
        f"{loss.label} is defined on {spec.domain}, {output.label} gives {out.range_for(output.hyper(out))}; "
        f"use output {partner}" + (", or bce_with_logits on the logits" if spec.name == "bce" else "")
    )
    return Notice(NoticeName.OUTSIDE_DOMAIN, text, {"output": partner})


def _one_unit_softmax(head: Head) -> Notice | None:
    spec = head.output_spec
    if head.n_units != 1 or not spec.along_features:
        return None
    constant = float(spec.apply(torch.zeros(1, 1, dtype=torch.float64), **head.output.hyper(spec)))
    instead = _other_than(head)
    or_two_units = "" if head.kind == "regression" else ", or a loss on two units such as cross_entropy"
    text = (
        f"{head.output.label} over one unit is constant, always {constant:g}: nothing can be learnt; use output "
        f"{instead}{or_two_units}"
    )
    return Notice(NoticeName.ONE_UNIT_SOFTMAX, text, {"output": instead})


def _other_than(head: Head) -> str:
    return head.partner if head.partner != head.output.name else "sigmoid"


def _unbounded(head: Head) -> Notice | None:
    if head.properties is None or not head.properties.unbounded:
        return None
    text = (
        f"{head.loss.label} expects {head.loss_spec.takes}: on what {head.output.label} gives it has no lower end, and "
        f"training can lower it for ever without telling the classes apart; use output {head.partner}"
    )
    return Notice(NoticeName.UNBOUNDED_LOSS, text, {"output": head.partner})


def _probabilities_as_logs(head: Head) -> Notice | None:
    p = head.properties
    if p is None or head.loss_spec.takes != "log-probabilities" or p.trivial or not head.range.is_inside(UNIT):
        return None
    text = (
        f"{head.loss.label} expects log-probabilities, {head.output.label} gives probabilities: the loss is then minus "
        f"the true class's probability, which hardly pulls at a wrong prediction; use output {head.partner}"
    )
    return Notice(NoticeName.PROBABILITIES_AS_LOGS, text, {"output": head.partner}, {"pull": p.pull})


def _trivial(head: Head) -> Notice | None:
    if head.properties is None or not head.properties.trivial:
        return None
    text = (
        f"one and the same output is best for every class: under {head.loss.label} nothing pushes down the wrong "
        f"classes of {head.output.label}; use output {head.partner}"
    )
    return Notice(NoticeName.TRIVIAL_MINIMUM, text, {"output": head.partner})


def _missing_softmax(head: Head) -> Notice | None:
    if head.properties is None or head.loss_spec.takes != "probabilities":
        return None
    if head.range.is_inside(Interval(0.0, math.inf, low_open=True)):
        return None
    what = (
        "gives log-probabilities: divided by their sum, the least likely class becomes the likeliest"
        if head.output_spec.along_features
        else f"gives numbers in {head.range}: what is no probability is cut off before the logarithm, with no gradient"
    )
    text = f"{head.loss.label} expects probabilities, {head.output.label} {what}; use output {head.partner}"
    return Notice(NoticeName.MISSING_SOFTMAX, text, {"output": head.partner})


def _softmax_twice(head: Head) -> Notice | None:
    p = head.properties
    if p is None or head.loss_spec.takes != "logits" or not head.output_spec.along_features or p.excess < LEAST_EXCESS:
        return None
    text = (
        f"softmax is applied twice: {head.loss.label} expects logits, {head.output.label} gives probabilities; the "
        f"loss cannot go below {p.floor:.2f}; use output {head.partner}"
    )
    return Notice(NoticeName.SOFTMAX_TWICE, text, {"output": head.partner}, _floors(p))


def _sigmoid_twice(head: Head) -> Notice | None:
    p = head.properties
    if p is None or head.loss_spec.takes != "logit" or not head.range.is_inside(UNIT) or p.excess < LEAST_EXCESS:
        return None
    what = (
        f"{head.loss.label} applies a sigmoid of its own to what {head.output.label} gives"
        if head.output_spec.along_features
        else f"sigmoid is applied twice: {head.loss.label} expects logits, {head.output.label} gives probabilities"
    )
    low, high = torch.sigmoid(torch.tensor([head.range.low, head.range.high])).tolist()
    text = (
        f"{what}; its probabilities stay within {low:.2f} and {high:.2f}, and the loss cannot go below {p.floor:.2f}; "
        f"use output {head.partner}"
    )
    return Notice(NoticeName.SIGMOID_TWICE, text, {"output": head.partner}, _floors(p))


def _bounded_logits(head: Head) -> Notice | None:
    p = head.properties
    if p is None or head.loss_spec.takes not in ("logit", "logits") or p.excess < LEAST_EXCESS:
        return None
    text = (
        f"{head.output.label} keeps the logits of {head.loss.label} within {head.range}: the loss cannot go below "
        f"{p.floor:.2f}; use output {head.partner}"
    )
    return Notice(NoticeName.BOUNDED_LOGITS, text, {"output": head.partner}, _floors(p))


def _code_out_of_reach(head: Head) -> Notice | None:
    p = head.properties
    if p is None or p.excess < LEAST_EXCESS:
        return None
    text = (
        f"{head.output.label} gives {head.range} and cannot reach every code of {head.loss.label}'s target: for one "
        f"class the loss cannot go below {p.floor:.2f}; use output {head.partner}"
    )
    return Notice(NoticeName.CODE_OUT_OF_REACH, text, {"output": head.partner}, _floors(p))


def _targets_out_of_reach(head: Head) -> Notice | None:
    reach = head.reach
    if reach is None or reach.unreachable < LEAST_UNREACHABLE:
        return None
    text = (
        f"{head.output.label} reaches {_ends(head, reach)}, which leaves out {100 * reach.unreachable:.2g} % of the "
        f"targets: R² is at most about {reach.r2_ceiling:.2f}; use output identity"
    )
    numbers = {"unreachable": reach.unreachable, "r2_ceiling": reach.r2_ceiling}
    return Notice(NoticeName.TARGETS_OUT_OF_REACH, text, {"output": "identity"}, numbers)


def _weak_pull(head: Head) -> Notice | None:
    p = head.properties
    if p is None or p.pull >= WEAK:
        return None
    loss = "bce_with_logits" if head.kind == "binary" else "cross_entropy"
    text = (
        f"{head.output.label} is flat where a prediction is confidently wrong: {head.loss.label} pulls it back with "
        f"{100 * p.pull:.2g} % of its largest gradient; use {loss} on output identity"
    )
    return Notice(NoticeName.WEAK_PULL, text, {"output": "identity", "loss": loss}, {"pull": p.pull})


_MISFITS: tuple[Callable[[Head], Notice | None], ...] = (
    _one_unit_softmax,
    _unbounded,
    _probabilities_as_logs,
    _trivial,
    _missing_softmax,
    _softmax_twice,
    _sigmoid_twice,
    _bounded_logits,
    _code_out_of_reach,
    _targets_out_of_reach,
    _weak_pull,
)


def _biased_probabilities(head: Head) -> Notice | None:
    spec = head.loss_spec
    properness, instead = properness_of(head.loss), "bce_with_logits" if head.kind == "binary" else "cross_entropy"
    if head.kind == "regression" or spec.implied is None or properness not in ("biased", "not proper"):
        return None
    if head.loss.settings(spec).get("class_weight") == "balanced":
        if head.imbalance < LEAST_IMBALANCE and spec.proper_for(head.loss.hyper(spec)) == "proper":
            return None
        text = (
            f"{head.loss.label} weighs the classes: the probabilities that it implies are those of classes that are "
            "equally common; use class_weight: none for true ones"
        )
        return Notice(NoticeName.BIASED_PROBABILITIES, text)
    text = f"{head.loss.label} is {properness}: the probabilities that it implies are not the true ones; use {instead}"
    return Notice(NoticeName.BIASED_PROBABILITIES, text, {"loss": instead})


def properness_of(loss: Choice) -> Properness:
    """As the declaration says; class weights bias the probabilities of any loss."""
    spec = catalogue.loss(loss.name)
    properness = spec.proper_for(loss.hyper(spec))
    is_weighed = loss.settings(spec).get("class_weight") == "balanced"
    return "biased" if properness == "proper" and is_weighed else properness


def _likelier_class(head: Head) -> Notice | None:
    spec = head.loss_spec
    if head.kind == "regression" or spec.takes != "real" or properness_of(head.loss) != "not proper":
        return None
    instead = "bce_with_logits" if head.kind == "binary" else "cross_entropy"
    text = (
        f"{head.loss.label} aims at the likelier class alone: where classes overlap or one is rare, giving every input "
        f"the commoner class may be best; use mse, or {instead}"
    )
    return Notice(NoticeName.LIKELIER_CLASS, text, {"loss": "mse"})


def _other_centre(head: Head) -> Notice | None:
    if head.kind != "regression":
        return None
    off = centre_of(head.loss) - MEAN
    if abs(off) < SAME_CENTRE:
        return None
    what = (
        "aims above the mean of the target"
        if off > 0
        else "aims nearer to the median, or below, than the mean of the target: high values pull on it less"
    )
    text = f"{head.loss.label} {what}, and R², which rewards the mean, may be lower; use mse where squared errors count"
    return Notice(NoticeName.OTHER_CENTRE, text, {"loss": "mse"})


def _ends(head: Head, reach: Reach) -> str:
    unit = "of the mean" if head.loss_spec.link is not None else "standardised"
    if math.isinf(reach.high):
        return f"no target below {reach.low:g} ({unit})"
    return f"targets from {reach.low:g} to {reach.high:g} ({unit})"


def _floors(properties: HeadProperties) -> dict[str, float]:
    return {"floor": properties.floor, "excess": properties.excess}


def _is_affine(spec: ActivationSpec, choice: Choice) -> bool:
    if spec.along_features or spec.stochastic or spec.learnable_for(choice.hyper(spec)):
        return False
    z = torch.linspace(-30, 30, 601, dtype=torch.float64)[:, None]
    f = spec.apply(z, **choice.hyper(spec))
    return bool((f[2:] - 2 * f[1:-1] + f[:-2]).abs().max() < AFFINE)
