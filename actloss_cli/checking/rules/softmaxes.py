"""Softmax along an axis, and how often: faults that the output activation has by itself."""

from collections.abc import Callable, Iterator, Mapping

from torch import Tensor

from actloss_cli.checking.case import Case
from actloss_cli.checking.findings import Finding, Level
from actloss_cli.checking.head import SUMS_TO_1, Head
from actloss_cli.checking.known_ops import ALONG, PASSING
from actloss_cli.checking.trace import DATA
from actloss_cli.reference.measured import cost_of


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
    named = head.loss in ("cross_entropy", "nll")
    wanted = (1,) if named and step.op.output.shape == head.u.shape else (1, values.dim() - 1)
    fits = any(axis in wanted for axis in axes)
    if fits and named and step is head.steps[-1]:  # shapes may have changed on the way
        u = head.u.detach().double()
        fits = _sums_to_1(u.exp() if step.name == "log_softmax" else u, 1)
    if not axes or fits:
        return
    rows = "the rows of the minibatch" if axes[0] == 0 else f"axis {axes[0]}"
    yield Finding(
        level=Level.ERROR,
        rule="softmax-axis",
        where=step.where,
        sentence=f"{step.name} runs over {rows}, not over the classes: what one row gets depends on the others",
        evidence=f"output {list(values.shape)} sums to 1 along axis {axes[0]}; along axis 1 from "
        f"{float(values.sum(1).min()):.3g} to {float(values.sum(1).max()):.3g}",
        fix=f"{step.name}(x, dim=1)"
        if head.loss not in ("cross_entropy",)
        else "return x  # the logits: cross-entropy applies softmax itself",
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
                fix=f"# leave out {first} {head.steps[names.index(first)].op.at}",
            )
            return


_AGAIN: Mapping[str, frozenset[str]] = {
    "softmax": ALONG | {"logsumexp"},
    "sigmoid": frozenset({"sigmoid", "log_sigmoid"}),
}
"""What makes probabilities, to what must not take them for logits."""


def twice_in_own_loss(case: Case) -> Iterator[Finding]:
    """A loss that no head knows, as a weighted log-likelihood or Dice, which takes probabilities for logits."""
    of_heads = {id(step.op) for head in case.heads for step in head.steps}
    for op in case.trace.ops:
        if not op.in_loss or not op.parents:
            continue
        first = op.parents[0]
        while first is not None and first.name in PASSING and first.parents:
            first = first.parents[0]
        if first is None or op.name not in _AGAIN.get(first.name, ()) or id(first) in of_heads:
            continue
        if DATA not in first.origin:
            continue
        yield Finding(
            level=Level.ERROR,
            rule=f"{first.name}-applied-twice",
            where=first.where,
            sentence=f"{op.name} {op.at} takes what {first.name} gives for logits: probabilities are squeezed a second "
            "time",
            evidence=f"{first.name} {first.at}, then {op.name}",
            theory="of numbers between 0 and 1, softmax gives no class more than e times another's probability"
            if first.name == "softmax"
            else "of numbers between 0 and 1, sigmoid gives 0.5 to 0.731",
            fix="return x  # the logits, as the last layer gives them",
        )
        return


RULES: tuple[Callable[[Head], Iterator[Finding]], ...] = (_one_unit, _wrong_axis, _twice_in_the_model)
