"""`check`: what is wrong with a model and its loss before it is trained, from one look at one minibatch."""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn, optim

from actloss_cli.checking.case import Case, examine
from actloss_cli.checking.expected import expected_loss, start_loss
from actloss_cli.checking.findings import LEVELS, Finding, Level
from actloss_cli.checking.guard import untouched
from actloss_cli.checking.initial import init_of
from actloss_cli.checking.kind import kind_of
from actloss_cli.checking.known_ops import AFFINE, MAPS, WEIGHTED
from actloss_cli.checking.rules import (
    class_axis,
    data,
    fading,
    fit,
    flow,
    habits,
    hidden,
    likelihoods,
    nonlinearity,
    own_losses,
    runs,
    start,
    steps,
    targets,
)
from actloss_cli.checking.trace import DATA, Op

_RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    *data.RULES,
    *targets.RULES,
    *class_axis.RULES,
    *likelihoods.RULES,
    *habits.RULES,
    *own_losses.RULES,
    *fit.RULES,
    *nonlinearity.RULES,
    *hidden.RULES,
    *fading.RULES,
    *start.RULES,
    *steps.RULES,
    *flow.RULES,
    *runs.RULES,
)


@dataclass(frozen=True)
class Seen:
    """What the model and its loss were found to be; "" or None where that could not be told."""

    output: str
    """The output activation; `identity` where there is none."""
    loss: str
    kind: str
    n_units: int
    activations: tuple[str, ...]
    """Of the hidden layers, the most frequent first."""
    depth: int
    """Layers with weights from the inputs to the outputs, on the longest way."""
    init: str
    """The init that the spread of the linear layers' weights is like."""
    n_parameters: int
    loss_at_start: float | None
    expected_loss: float | None
    """Of one who knows nothing, such as ln C."""


@dataclass(frozen=True, repr=False)
class Check:
    """The answer: findings, the gravest first; none is the usual one."""

    findings: tuple[Finding, ...]
    seen: Seen

    @property
    def ok(self) -> bool:
        """Whether there is no error among them."""
        return all(finding.level is not Level.ERROR for finding in self.findings)

    def to_dict(self) -> dict[str, object]:
        """For JSON: ok, findings, what was seen."""
        seen = {**vars(self.seen), "activations": list(self.seen.activations)}
        return {"ok": self.ok, "findings": [finding.to_dict() for finding in self.findings], "seen": seen}

    def __str__(self) -> str:
        from actloss_cli.checking.view import lines_of  # noqa: PLC0415 - views are for those who look

        return "\n".join(line.text for line in lines_of(self))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from actloss_cli.checking.notebook import html_of  # noqa: PLC0415 - as above

        return html_of(self)


def check(
    model: nn.Module,
    loss_fn: Callable[[Any, Any], Any],
    inputs: Any,
    targets: Any,
    optimizer: optim.Optimizer | None = None,
) -> Check:
    """Looks at one forward and backward pass on one minibatch, in the mode the model is in; trains nothing.

    `loss_fn(model(inputs), targets)` must be the loss, as a module, a function or a lambda; `inputs` may be a tensor
    `[B, ..]`, a tuple for several arguments, or a dict for named ones. With an optimizer its parameters and its
    learning rate are looked at too. Nothing of what is given is changed: parameters, gradients, buffers, modes, hooks
    and generators of random numbers are afterwards as before. What the user's code raises becomes a finding.
    """
    modules = [module for module in (model, loss_fn) if isinstance(module, nn.Module)]
    model = getattr(model, "_orig_mod", model)  # what torch.compile wraps; compiling would take longer than the check
    with untouched(*modules):
        case = examine(model, loss_fn, inputs, targets, optimizer)
        findings = [finding for rule in _RULES for finding in rule(case)]
        seen = _seen(case)
    explains = min((finding.symptom for finding in findings if finding.level is Level.ERROR), default=math.inf)
    told = [finding for finding in findings if finding.symptom <= explains]
    told.sort(key=lambda finding: LEVELS.index(finding.level))
    return Check(tuple(told), seen)


def _seen(case: Case) -> Seen:
    head = case.heads[0] if case.heads else None
    of_heads = {id(step.op) for one in case.heads for step in one.steps}
    hidden_maps = Counter(
        op.name for op in case.model_ops if op.name in MAPS - AFFINE and DATA in op.origin and id(op) not in of_heads
    )
    expected = expected_loss(head) if head else None
    return Seen(
        output=(head.output or " then ".join(step.name for step in head.steps)) if head else "",
        loss=(head.loss or head.function) if head else "",
        kind=(kind_of(head) or "") if head else "",
        n_units=head.n_units if head else 0,
        activations=tuple(name for name, _ in hidden_maps.most_common()),
        depth=_depth(case),
        init=init_of(layer.weight for layer in case.layers) or "",
        n_parameters=sum(p.numel() for p in case.model.parameters() if not nn.parameter.is_lazy(p)),
        loss_at_start=_number(start_loss(head, case.loss) if head else case.loss),
        expected_loss=expected[0] if expected else None,
    )


def _number(loss: Any) -> float | None:
    if isinstance(loss, Tensor):
        return float(loss.detach().double().mean()) if loss.numel() else None
    return float(loss) if isinstance(loss, int | float) else None


def _depth(case: Case) -> int:
    """Ops come after those that they take from, so one pass suffices."""
    depths: dict[int, int] = {}
    deepest = 0
    for op in case.model_ops:
        below = max((depths.get(id(parent), 0) for parent in op.parents if parent is not None), default=0)
        depths[id(op)] = below + _weighs(op)
        deepest = max(deepest, depths[id(op)])
    return deepest


def _weighs(op: Op) -> bool:
    return op.name in WEIGHTED and any(tensor.is_leaf and tensor.requires_grad for tensor in op.tensors)
