"""Whether what the output gives is what the loss takes: theory's notices where the catalogue has both, else by ranges."""

import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import torch
from torch import Tensor

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice, Kind
from actloss_cli.catalogue.interval import REAL, Interval
from actloss_cli.checking.case import Case
from actloss_cli.checking.findings import LEVELS, Finding, Level
from actloss_cli.checking.head import SUMS_TO_1, Head
from actloss_cli.checking.known_ops import ALONG
from actloss_cli.checking.mending import advised_code
from actloss_cli.reference.measured import cost_of
from actloss_cli.theory.notice import Notice, NoticeName
from actloss_cli.theory.notices import LEAST_EXCESS
from actloss_cli.theory.reach import reach_between
from actloss_cli.theory.task_notices import notices_of_head

GRAVE_EXCESS = 0.25
"""Of the loss of one who knows nothing: if so much of it stays for ever, the loss is not the one that is meant."""
LEAST_UNREACHABLE, GRAVE_UNREACHABLE = 0.005, 0.05
"""Shares of a regression's targets."""

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


def misfits(case: Case) -> Iterator[Finding]:
    """At most one of each loss, the gravest."""
    for head in case.heads:
        if head.swapped:
            continue
        found = [one for rule in _RULES for one in rule(head)]
        if found:
            yield min(found, key=lambda finding: LEVELS.index(finding.level))


def _wrong_axis(head: Head) -> Iterator[Finding]:
    """A softmax over the rows of the minibatch, or over anything but the classes."""
    step = next((step for step in reversed(head.steps) if step.name in ALONG), None)
    if step is None or head.u.dim() < 2 or len(head.u) < 2 or step.op.output.dim() < 2:
        return
    given = step.op.output.detach().double()
    values = given.exp() if step.name == "log_softmax" else given
    if not values.isfinite().all():
        return
    axes = [i for i in range(values.dim()) if values.shape[i] > 1 and _sums_to_1(values, i)]
    named = head.loss in ("cross_entropy", "nll") and step.op.output.shape == head.u.shape
    wanted = (1,) if named else (1, values.dim() - 1)
    if not axes or any(axis in wanted for axis in axes):
        return
    rows = "the rows of the minibatch" if axes[0] == 0 else f"axis {axes[0]}"
    yield Finding(
        level=Level.ERROR,
        rule="softmax-axis",
        where=step.where,
        sentence=f"{step.name} runs over {rows}, not over the classes: what one row gets depends on the others",
        evidence=f"output {list(values.shape)} sums to 1 along axis {axes[0]}; along axis 1 from "
        f"{float(values.sum(1).min()):.3g} to {float(values.sum(1).max()):.3g}",
        fix=f"{step.name}(x, dim=1)" if head.loss not in ("cross_entropy",) else "return x  # the logits: cross-entropy applies softmax itself",
    )


def _sums_to_1(values: Tensor, axis: int) -> bool:
    return bool(((values.sum(axis) - 1).abs() < SUMS_TO_1).all())


def _one_unit(head: Head) -> Iterator[Finding]:
    """A softmax that has one unit to choose from."""
    step = next((step for step in reversed(head.steps) if step.name in ALONG), None)
    if step is None:
        return
    values = step.op.output.detach()
    single = values.numel() and bool((values == (0.0 if step.name == "log_softmax" else 1.0)).all())
    if not single or values.numel() < 2:
        return
    yield Finding(
        level=Level.ERROR,
        rule="one-unit-softmax",
        where=step.where,
        sentence=f"{step.name} over one unit is constant: nothing can be learnt",
        evidence=f"output {list(values.shape)}, every value {float(values.flatten()[0]):g}",
        measured=cost_of("binary", "softmax", head.loss, {"output": "sigmoid" if head.loss == "bce" else "identity"}),
        fix="torch.sigmoid(x)  # or no output activation, and nn.BCEWithLogitsLoss()",
    )


def _twice_in_the_model(head: Head) -> Iterator[Finding]:
    """Softmax of a softmax, sigmoid of a sigmoid."""
    names = [step.name for step in head.steps]
    for first, second, step in zip(names, names[1:], head.steps[1:], strict=False):
        if first in ("softmax", "sigmoid") and second in ("softmax", "log_softmax", "sigmoid", "log_sigmoid"):
            yield Finding(
                level=Level.ERROR,
                rule="softmax-twice" if "softmax" in second else "sigmoid-twice",
                where=step.where,
                sentence=f"{second} is applied to what {first} gives: probabilities are squeezed a second time",
                evidence=head.chain,
                fix=f"# leave out {first} at {head.steps[names.index(first)].where}",
            )
            return


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
        if notice.name is NoticeName.BOUNDED_LOGITS and notice.numbers["excess"] > GRAVE_EXCESS * math.log(n_classes):
            level = Level.ERROR
        yield Finding(
            level=level,
            rule=str(notice.name).replace(" ", "-").replace("'", ""),
            where=head.steps[-1].where if head.steps else head.loss_label,
            sentence=notice.text,
            evidence=f"{head.chain}, then {head.loss_label}; outputs from {_number(head.u.min())} to {_number(head.u.max())}",
            theory=_theory(notice, n_classes),
            measured=cost_of(kind, output, head.loss, notice.remedy),
            fix=advised_code(notice.remedy, head.loss, head.steps[-1].where if head.steps else ""),
            numbers=dict(notice.numbers),
        )


def _is_fair(notice: Notice, head: Head) -> bool:
    """A softmax of several units under a loss per unit is no softmax of one; a note on a soft target is none."""
    return notice.name is NoticeName.ONE_UNIT_SOFTMAX and head.n_units > 1


def _theory(notice: Notice, n_classes: int) -> str:
    parts = []
    if "floor" in notice.numbers:
        floor = notice.numbers["floor"]
        parts.append(f"the loss cannot go below {floor:.4f}; one who knows nothing gets ln {n_classes} = {math.log(n_classes):.4f}")
    if "pull" in notice.numbers:
        parts.append(f"gradient at a confidently wrong prediction: {100 * notice.numbers['pull']:.2g} % of the largest")
    return "; ".join(parts)


def _rectified_logits(head: Head) -> Iterator[Finding]:
    """A rectifier after the last layer, before a loss on logits."""
    takes = catalogue.loss(head.loss).takes if head.loss else ""
    if takes not in ("logits", "logit", "margins") or not head.steps or head.interval is None:
        return
    if head.interval.low < -1 or not math.isinf(head.interval.high) or head.output is None:
        return
    dead = float((head.u == 0).double().mean())
    yield Finding(
        level=Level.WARNING if takes != "logit" else Level.ERROR,
        rule="rectified-logits",
        where=head.steps[-1].where,
        sentence=f"{head.steps[-1].name} cuts off the logits below {head.interval.low:g}: a unit that is cut off gets no gradient, "
        "and may never come back",
        evidence=f"{100 * dead:.0f} % of the outputs are 0 at the start",
        theory=_floor_text(head),
        measured=cost_of(kind_of(head), head.output, head.loss, {"output": "identity"}),
        fix=advised_code({"output": "identity"}, head.loss, head.steps[-1].where),
    )


def _floor_text(head: Head) -> str:
    excess = _excess(head)
    return f"for one class the loss cannot go below {excess[0]:.3g}" if excess and excess[0] > LEAST_EXCESS else ""


def _by_range(head: Head) -> Iterator[Finding]:
    """A chain that the catalogue has no name for, by what it can give."""
    if head.interval is None or head.interval == REAL or not head.function:
        return
    spec = catalogue.loss(head.loss) if head.loss else None
    if spec is not None and not _within(head.interval, spec.domain):
        yield Finding(
            level=Level.ERROR,
            rule="outside-the-losss-domain",
            where=head.steps[-1].where if head.steps else head.loss_label,
            sentence=f"{head.loss_label} is defined on {spec.domain}, the output gives {head.interval}",
            evidence=head.chain,
            fix=advised_code({"output": "sigmoid"}, head.loss, ""),
        )
        return
    excess = _excess(head)
    if excess is None or excess[0] < LEAST_EXCESS:
        return
    level = Level.ERROR if excess[0] > GRAVE_EXCESS * excess[1] else Level.WARNING
    yield Finding(
        level=level,
        rule="target-code-out-of-reach",
        where=head.steps[-1].where if head.steps else head.loss_label,
        sentence=f"the output gives {head.interval} alone: {head.loss_label} cannot go below {excess[0]:.3g} for one class",
        evidence=f"{head.chain}; outputs from {_number(head.u.min())} to {_number(head.u.max())}",
        theory=f"one who knows nothing gets {excess[1]:.3g}",
        fix=advised_code({"output": "sigmoid" if head.loss == "bce" else "identity"}, head.loss, head.steps[-1].where if head.steps else ""),
        numbers={"floor": excess[0]},
    )


def _within(interval: Interval, domain: Interval) -> bool:
    slack = 1e-6
    return interval.low >= domain.low - slack and interval.high <= domain.high + slack


def _excess(head: Head) -> tuple[float, float] | None:
    """How far the least loss of the worst class lies above 0 within the output's interval, and ln C; None if not asked."""
    assert head.interval is not None
    low, high = head.interval.low, head.interval.high
    if head.loss == "cross_entropy" and head.n_units > 1:
        span = high - low
        return (math.log1p((head.n_units - 1) * math.exp(-span)) if math.isfinite(span) else 0.0), math.log(head.n_units)
    if head.loss in ("bce_with_logits", "soft_margin"):
        worst = max(math.log1p(math.exp(-min(high, 700))), math.log1p(math.exp(max(low, -700))))
        return worst, math.log(2)
    if head.loss == "bce":
        ends = min(high, 1.0), 1 - max(low, 0.0)
        return max(-math.log(max(end, 1e-300)) for end in ends), math.log(2)
    return None


def reach(case: Case) -> Iterator[Finding]:
    """A regression's targets that the output cannot give."""
    for head in case.heads:
        if kind_of(head) != "regression" or head.target is None or head.interval in (None, REAL) or head.swapped:
            continue
        assert head.interval is not None
        if head.target.numel() != head.u.numel():
            continue
        target = head.target.detach().double()
        link = catalogue.loss(head.loss).link if head.loss and head.settings.get("log_input", True) else None
        low, high = (
            end if link is None else float(link(torch.tensor(end, dtype=torch.float64)))
            for end in (head.interval.low, head.interval.high)
        )
        if not target.isfinite().all() or not target.numel() or float(target.var(correction=0)) == 0:
            continue
        slack = 1e-6 * max(float(target.abs().max()), 1.0)
        found = reach_between(low - slack, high + slack, target.cpu().numpy().reshape(-1))
        if found.unreachable < LEAST_UNREACHABLE:
            continue
        name = head.steps[-1].name if head.steps else (head.source.name if head.source else "the output")
        remedy = {"output": "identity"}
        yield Finding(
            level=Level.ERROR if found.unreachable > GRAVE_UNREACHABLE else Level.WARNING,
            rule="targets-out-of-reach",
            where=head.steps[-1].where if head.steps else (head.source.module if head.source else ""),
            sentence=f"{name} gives {Interval(low, high)} alone, which leaves out {100 * found.unreachable:.2g} % of the targets",
            evidence=f"targets from {float(target.min()):.4g} to {float(target.max()):.4g}",
            theory=f"R² is at most {found.r2_ceiling:.2f}",
            measured=cost_of("regression", head.output or "", head.loss, remedy),
            fix=advised_code(remedy, head.loss, head.steps[-1].where if head.steps else "")
            if head.steps
            else "self.out = nn.Linear(hidden, 1)  # a linear layer after the recurrent one",
            numbers={"unreachable": found.unreachable, "r2_ceiling": found.r2_ceiling},
        )


def classes_compete(case: Case) -> Iterator[Finding]:
    """A softmax where rows have several labels."""
    for head in case.heads:
        names = {step.name for step in head.steps} | {head.seen_as}
        target = head.target
        if head.loss not in ("bce", "mse", "mae") or not names & {"softmax"} or target is None or target.shape != head.u.shape:
            continue
        if target.dim() < 2 or target.shape[1] < 2 or not bool(((target == 0) | (target == 1)).all()):
            continue
        ones = target.sum(1)
        if bool((ones > 1).any()):
            yield Finding(
                level=Level.ERROR,
                rule="classes-compete",
                where=head.steps[-1].where if head.steps else "",
                sentence=f"softmax shares one probability among {target.shape[1]} classes, but rows have up to {int(ones.max())} labels",
                evidence=f"{int((ones > 1).sum())} of {len(ones)} rows have more than one",
                fix="return x  # logits\nloss = F.binary_cross_entropy_with_logits(logits, targets)",
            )


def harmless(case: Case) -> Iterator[Finding]:
    """What costs nothing but is not needed."""
    for head in case.heads:
        if head.loss == "cross_entropy" and head.output == "log_softmax" and head.steps:
            yield Finding(
                level=Level.NOTE,
                rule="log-softmax-twice",
                where=head.steps[-1].where,
                sentence="log_softmax before cross-entropy changes nothing: the loss applies it again, to the same result",
                fix="loss = F.nll_loss(log_probs, targets)  # or cross_entropy on the logits",
            )


def divergence_mean(case: Case) -> Iterator[Finding]:
    """kl_div's default reduction."""
    for head in case.heads:
        if head.function == "kl_div" and head.settings.get("reduction", "mean") == "mean" and head.n_units > 1:
            yield Finding(
                level=Level.WARNING,
                rule="kl-div-mean",
                where=head.loss_label,
                sentence=f"kl_div with reduction 'mean' divides by the {head.n_units} classes too: it is no divergence, and "
                f"gradients are {head.n_units} times too small",
                fix="loss = F.kl_div(log_probs, probs, reduction='batchmean')",
            )


def unnormalised_logs(case: Case) -> Iterator[Finding]:
    """Log-probabilities that are none, where the chain says nothing."""
    for head in case.heads:
        takes_logs = head.loss in ("nll", "kl_div") or head.function == "ctc_loss"
        if not takes_logs or head.output is not None or head.u.dim() < 2 or not head.u.isfinite().all():
            continue
        along = 1 if head.loss == "nll" else -1
        sums = head.u.detach().double().exp().sum(along)
        if bool(((sums - 1).abs() > 0.01).any()):
            yield Finding(
                level=Level.ERROR,
                rule="no-log-probabilities",
                where=head.loss_label,
                sentence=f"{head.loss_label} takes log-probabilities, of which exp sums to 1 over the classes; here it sums to "
                f"{float(sums.min()):.3g} to {float(sums.max()):.3g}",
                evidence=head.chain,
                fix=f"outputs = F.log_softmax(outputs, dim={along})",
            )


def dropout_last(case: Case) -> Iterator[Finding]:
    """Dropout on the outputs themselves."""
    for head in case.heads:
        if head.dropouts:
            yield Finding(
                level=Level.WARNING,
                rule="dropout-on-output",
                where=head.dropouts[0].module or "forward",
                sentence="dropout acts on the outputs: some of them are 0 at random, whatever the model says",
                fix="# dropout before the last layer, not after it",
            )


def kind_of(head: Head) -> Kind | None:
    """What is predicted, by loss and targets; None where they don't say."""
    target = head.target
    if head.loss in ("cross_entropy", "nll", "multi_margin", "kl_div") or head.loss.endswith("categorical_cross_entropy"):
        return ("binary" if head.n_units == 2 else "multiclass") if head.n_units > 1 else None
    if head.loss.startswith("categorical"):
        return ("binary" if head.n_units == 2 else "multiclass") if head.n_units > 1 else None
    if head.loss in ("bce", "bce_with_logits", "soft_margin", "focal", "hinge", "squared_hinge"):
        return "multiclass" if _is_one_hot(target) and catalogue.loss(head.loss).codings.get("multiclass") else "binary"
    if not head.loss or target is None:
        return None
    if head.loss in ("mse", "mae"):
        if _is_one_hot(target):
            return "multiclass" if target.shape[1] > 2 else "binary"
        if head.n_units == 1 and bool(((target == 0) | (target == 1)).all()):
            return "binary"
    return "regression"


def _is_one_hot(target: Tensor | None) -> bool:
    if target is None or target.dim() != 2 or target.shape[1] < 2:
        return False
    return bool(((target == 0) | (target == 1)).all()) and bool((target.sum(1) == 1).all())


def _number(value: Tensor) -> str:
    return f"{float(value):.3g}"


_RULES: tuple[Callable[[Head], Iterator[Finding]], ...] = (
    _one_unit,
    _wrong_axis,
    _twice_in_the_model,
    _by_theory,
    _rectified_logits,
    _by_range,
)

RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    misfits,
    reach,
    classes_compete,
    harmless,
    divergence_mean,
    unnormalised_logs,
    dropout_last,
)
