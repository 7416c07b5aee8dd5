"""From a trace to its heads: each loss with the chain of maps that stand between it and the last layer with weights."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from actloss_cli import catalogue
from actloss_cli.catalogue.interval import REAL, Interval
from actloss_cli.checking.intervals import image_of
from actloss_cli.checking.known_ops import (
    AFFINE,
    ALONG,
    ALONG_RANGES,
    DROPOUTS,
    LOSSES,
    MAPS,
    NORMS,
    PASSING,
    SOURCE_RANGES,
    WEIGHTED,
)
from actloss_cli.checking.trace import DATA, TARGET, WEIGHT, Op, Trace

SUMS_TO_1 = 1e-2
"""Rows of probabilities may miss 1 by as much, as those of half precision do."""

_FROM_MODEL = frozenset({DATA, WEIGHT})


@dataclass(frozen=True)
class Step:
    """One map between the last layer and the loss, with the interval that it maps to, None where that is not known."""

    op: Op
    interval: Interval | None

    @property
    def name(self) -> str:
        """As `known_ops` has it."""
        return self.op.name

    @property
    def where(self) -> str:
        """The module, or the function where it is called outside of all."""
        return self.op.where


@dataclass(frozen=True)
class Head:
    """One loss, and what its input has gone through since the last layer with weights."""

    function: str
    """As the trace calls it, such as `cross_entropy`; "" of a loss of one's own."""
    loss: str
    """The catalogue's name; "" where it has none."""
    u: Tensor
    """What the loss takes, `[B, C, ..]` or `[B]`."""
    target: Tensor | None
    settings: Mapping[str, Any]
    """The loss's other arguments, by name."""
    op: Op | None
    steps: tuple[Step, ...] = ()
    """From the last layer on; those that change nothing but the shape are not among them."""
    dropouts: tuple[Op, ...] = ()
    source: Op | None = None
    interval: Interval | None = None
    """What `u` can be, as far as it is known."""
    seen_as: str = ""
    """`softmax` or `log_softmax` where its values are such, though no such function was called."""
    swapped: bool = False
    """Whether the target stands where the output belongs."""
    negated: bool = False
    """Whether the whole falls as this loss rises."""

    @property
    def output(self) -> str | None:
        """The output activation by its name in the catalogue, `identity` for none; None where it is not known."""
        if self.seen_as:
            return self.seen_as
        names = _folded([step.name for step in self.steps if not _is_scale(step)])
        if not names:
            return "identity" if self.interval == REAL else None
        if len(names) > 1 or any(_is_scale(step) for step in self.steps):
            return None
        try:
            return catalogue.find_output(names[0]).name
        except catalogue.UnknownFunction:
            return None

    @property
    def chain(self) -> str:
        """In words: `sigmoid at model.3`, `relu then sigmoid`."""
        if not self.steps:
            return "no output activation"
        return " then ".join(f"{step.name} {step.op.at}" for step in self.steps)

    @property
    def seen(self) -> str:
        """In words: what the outputs are in this minibatch."""
        return f"outputs from {float(self.u.min()):.3g} to {float(self.u.max()):.3g}"

    @property
    def n_units(self) -> int:
        """Units on axis 1; 1 for `[B]`."""
        return self.u.shape[1] if self.u.dim() > 1 else 1

    @property
    def loss_label(self) -> str:
        """What the loss is called in a sentence."""
        return f"F.{self.function}" if self.function else self.loss or "the loss"


def heads_of(trace: Trace) -> tuple[Head, ...]:
    """One for each of torch's losses that was called on what the model gives; none where a loss is all one's own.

    Those in the model's forward count where the loss function calls none, as of models that give their loss.
    """
    called = [op for op in trace.ops if op.name in LOSSES and op.tensors]
    found = []
    for op in [op for op in called if op.in_loss] or called:
        bound = _bound(op)
        names = list(bound)
        u, target = bound.get("input", bound.get(names[0])), bound.get("target", bound.get(names[1]))
        if not isinstance(u, Tensor) or not _FROM_MODEL & op.origin:
            continue
        swapped = TARGET in trace.origin(u) and not _FROM_MODEL & trace.origin(u)
        settings = {name: value for name, value in bound.items() if value is not u and value is not target}
        target = target if isinstance(target, Tensor) else None
        place = next((i for i, tensor in enumerate(op.tensors) if tensor is u), 0)
        head = head_before(u, op.parents[place], op.name, LOSSES[op.name], target, settings, op)
        found.append(head if not swapped else Head(op.name, LOSSES[op.name], u, target, settings, op, swapped=True))
    return tuple(found)


def head_before(
    u: Tensor,
    made: Op | None,
    function: str,
    loss: str,
    target: Tensor | None,
    settings: Mapping[str, Any],
    op: Op | None,
) -> Head:
    """Walks back from `u`, that `made` gave, to the last layer."""
    ops, dropouts = list[Op](), list[Op]()
    while made is not None:
        if made.name in DROPOUTS and _is_training(made):
            dropouts.append(made)
        if made.name not in PASSING:
            if made.name not in MAPS | ALONG or not _has_one_input(made):
                break
            ops.append(made)
        made = _parent(made)
    interval = _source_interval(made)
    steps = list[Step]()
    for one in reversed(ops):
        interval = ALONG_RANGES[one.name] if one.name in ALONG else image_of(one, from_model(one)[0], interval)
        steps.append(Step(one, interval))
    is_layer = made is not None and made.name in WEIGHTED | NORMS and interval == REAL
    seen_as = "" if is_layer or _names_it(steps) else _seen_as(u)
    if seen_as:
        interval = ALONG_RANGES[seen_as]
    return Head(function, loss, u, target, settings, op, tuple(steps), tuple(dropouts), made, interval, seen_as)


def _names_it(steps: list[Step]) -> bool:
    return bool(steps) and any(step.name in ALONG for step in steps)


def _seen_as(u: Tensor) -> str:
    """Rows that are probabilities, or the logarithms of such, are so by someone's own softmax."""
    if u.dim() != 2 or u.shape[1] < 2 or not u.is_floating_point() or not u.isfinite().all():
        return ""
    values = u.detach().double()
    varies = bool((values - values[:1]).abs().max() > 0)
    ones = torch.ones(len(values), dtype=values.dtype, device=values.device)
    if bool((values >= 0).all()) and torch.allclose(values.sum(1), ones, atol=SUMS_TO_1) and varies:
        return "softmax"
    if bool((values <= 0).all()) and torch.allclose(values.exp().sum(1), ones, atol=SUMS_TO_1) and varies:
        return "log_softmax"
    return ""


def _bound(op: Op) -> dict[str, Any]:
    """The call's arguments by name."""
    try:
        return dict(inspect.signature(op.func).bind(*op.args, **op.kwargs).arguments)
    except (TypeError, ValueError):  # a builtin has no signature: the first two are what matters
        return {**dict(zip(("input", "target"), op.args, strict=False)), **op.kwargs}


def _is_training(op: Op) -> bool:
    bound = _bound(op)
    return bool(bound.get("training", bound.get("train", True))) and bool(bound.get("p", 0.5))


def from_model(op: Op) -> list[int]:
    """The places of those tensors of a call that come from the model's data."""
    return [
        i for i, (tensor, parent) in enumerate(zip(op.tensors, op.parents, strict=True))
        if (parent is not None and _FROM_MODEL & parent.origin) or (parent is None and tensor.requires_grad)
    ]  # fmt: skip


def _has_one_input(op: Op) -> bool:
    """Whether all else that it takes are numbers, or tensors that are one."""
    places = from_model(op)
    if len(places) != 1:
        return False
    return all(
        tensor.numel() == 1 and not tensor.requires_grad for i, tensor in enumerate(op.tensors) if i != places[0]
    )


def _parent(op: Op) -> Op | None:
    places = from_model(op)
    return op.parents[places[0]] if places else None


def _source_interval(made: Op | None) -> Interval | None:
    if made is None:
        return None
    if made.name in ("lstm", "lstm_cell") and made.outputs and len(made.outputs) > 1:
        projects = made.outputs[0].shape[-1] != made.outputs[-1].shape[-1]
        return REAL if projects else SOURCE_RANGES[made.name]
    return SOURCE_RANGES.get(made.name)


def _is_scale(step: Step) -> bool:
    """An affine map; on the whole line it changes nothing that counts."""
    return step.name in AFFINE and step.interval != REAL


def _folded(names: list[str]) -> list[str]:
    """Without what only scales or guards against log 0; a log of a softmax is a log-softmax."""
    folded = list[str]()
    for name in names:
        if name in AFFINE or (name.startswith("clamp") and folded and folded[-1] in ALONG | {"sigmoid", "exp"}):
            continue
        last = folded[-1] if folded else ""
        pair = {("softmax", "log"): "log_softmax", ("log_softmax", "exp"): "softmax", ("sigmoid", "log"): "log_sigmoid"}
        if (last, name) in pair:
            folded[-1] = pair[last, name]
        else:
            folded.append(name)
    return folded
