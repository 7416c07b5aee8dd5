"""Runs model and loss once, forward and backward, and gathers what the rules read; nothing is judged here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import torch
from torch import Tensor, nn, optim

from actloss_cli.catalogue.interval import REAL
from actloss_cli.checking.calling import call_model, copied, is_plain
from actloss_cli.checking.head import Head, head_before, heads_of
from actloss_cli.checking.known_ops import LINEAR
from actloss_cli.checking.mixing import mixing_of
from actloss_cli.checking.own_loss import Likeness, recognise
from actloss_cli.checking.trace import DATA, TARGET, WEIGHT, Op, Trace, Tracer, named_modules_followed, tensors_in


@dataclass(frozen=True)
class Failure:
    """What stopped the run."""

    phase: Literal["forward", "loss", "backward"]
    error: Exception
    op: Op | None
    """The call that raised, if it was one of torch's."""
    module: str


@dataclass(frozen=True)
class Layer:
    """A linear or convolutional layer, in the order of the run."""

    op: Op
    weight: Tensor
    gradient: Tensor | None
    """None where the loss does not depend on it, or it is frozen."""

    @property
    def name(self) -> str:
        """`model.fc1`, or the function that it is called in."""
        return self.op.where


@dataclass(frozen=True)
class Case:
    """What there is to read."""

    model: nn.Module
    loss_fn: Callable[..., Any]
    inputs: tuple[Tensor, ...]
    targets: tuple[Tensor, ...]
    trace: Trace
    outputs: tuple[Tensor, ...]
    loss: Any
    """What the loss function gave; None where the run did not come so far."""
    failure: Failure | None
    heads: tuple[Head, ...]
    layers: tuple[Layer, ...]
    gradients: Mapping[str, Tensor | None]
    """Of each parameter that is not frozen, by name; None where the loss does not depend on it. Empty if not taken."""
    mixing: float
    """By how much the outputs of other rows change with one row's input, over that row's own change."""
    optimizer: optim.Optimizer | None

    @property
    def output(self) -> Tensor | None:
        """The first output that is not an index."""
        return next((output for output in self.outputs if output.is_floating_point()), None)

    @property
    def n_rows(self) -> int:
        """Of the minibatch, by the targets, else the inputs."""
        return next((len(one) for one in (*self.targets, *self.inputs) if one.dim()), 1)

    @property
    def model_ops(self) -> tuple[Op, ...]:
        """The calls in the model."""
        return tuple(op for op in self.trace.ops if not op.in_loss)


def examine(
    model: nn.Module,
    loss_fn: Callable[..., Any],
    inputs: Any,
    targets: Any,
    optimizer: optim.Optimizer | None,
) -> Case:
    """The caller sees to it that everything is restored afterwards."""
    inputs, targets = copied(inputs), copied(targets)
    trace = Trace()
    for tensors, origin in (
        (tensors_in(inputs), DATA),
        (tensors_in(targets), TARGET),
        ((*model.parameters(), *model.buffers()), WEIGHT),
    ):
        trace.leaves.update((id(tensor), origin) for tensor in tensors)
    outputs, loss, failure = _run(model, loss_fn, inputs, targets, trace)
    has_run = failure is None or failure.phase != "forward"
    given = tuple(tensors_in(outputs)) if has_run else ()
    heads, layer_ops = heads_of(trace), _layer_ops(trace)
    of_heads = [head.op.output for head in heads if head.op is not None and head.op.outputs]
    back = _differentiate(model, loss, [op.tensors[1] for op in layer_ops], (*of_heads, *given))
    heads = tuple(replace(head, negated=_is_negated(head, back)) for head in heads)
    if not heads and len(given) == 1:
        heads = _own_head(trace, given[0], loss_fn, targets, back.of_tensors.get(id(given[0])))
    return Case(
        model=model,
        loss_fn=loss_fn,
        inputs=tuple(filter(is_plain, tensors_in(inputs))),
        targets=tuple(filter(is_plain, tensors_in(targets))),
        trace=trace,
        outputs=given,
        loss=loss,
        failure=failure or back.failure,
        heads=heads,
        layers=tuple(Layer(op, op.tensors[1], back.of_tensors.get(id(op.tensors[1]))) for op in layer_ops),
        gradients=back.of_parameters,
        mixing=mixing_of(model, inputs, targets, outputs) if has_run else 0.0,
        optimizer=optimizer,
    )


@dataclass(frozen=True)
class _Backward:
    """The loss's gradients, None where it does not depend on something; empty where none could be taken."""

    of_parameters: Mapping[str, Tensor | None] = field(default_factory=dict)
    of_tensors: Mapping[int, Tensor | None] = field(default_factory=dict)
    """By `id`."""
    failure: Failure | None = None


def _differentiate(model: nn.Module, loss: Any, weights: Sequence[Tensor], ends: Sequence[Tensor]) -> _Backward:
    """By the parameters that are not frozen, and by such of these tensors as take part in a graph."""
    if not isinstance(loss, Tensor) or not loss.requires_grad or not loss.is_floating_point():
        return _Backward()
    named = {name: p for name, p in model.named_parameters() if p.requires_grad}
    others = [tensor for tensor in (*weights, *ends) if tensor.requires_grad]
    try:
        found = torch.autograd.grad(loss.sum(), [*named.values(), *others], allow_unused=True)
    except RuntimeError as error:
        return _Backward(failure=Failure("backward", error, None, ""))
    # an embedding's may be sparse, of which little can be asked
    found = tuple(g.to_dense() if g is not None and g.layout is not torch.strided else g for g in found)
    return _Backward(
        of_parameters=dict(zip(named, found, strict=False)),
        of_tensors={id(tensor): g for tensor, g in zip(others, found[len(named) :], strict=True)},
    )


def _run(
    model: nn.Module, loss_fn: Callable[..., Any], inputs: Any, targets: Any, trace: Trace
) -> tuple[Any, Any, Failure | None]:
    """What the model and then the loss gave; None from where it failed on."""
    tracer = Tracer(trace)
    outputs = loss = None
    phase: Literal["forward", "loss"] = "forward"
    try:
        with named_modules_followed(model, tracer.modules), tracer:
            outputs = call_model(model, inputs)
            tracer.in_loss, phase = True, "loss"
            tracer.modules.clear()
            loss = loss_fn(outputs, targets)
    except Exception as error:  # whatever the user's own code raises is what is to be told
        raised = next((op for op in reversed(trace.ops) if op.error is not None), None)
        return outputs, None, Failure(phase, error, raised, tracer.modules[-1] if tracer.modules else "")
    return outputs, loss, None


def _is_negated(head: Head, back: _Backward) -> bool:
    gradient = back.of_tensors.get(id(head.op.output)) if head.op is not None and head.op.outputs else None
    return gradient is not None and bool((gradient <= 0).all()) and bool((gradient < 0).any())


def _own_head(
    trace: Trace, output: Tensor, loss_fn: Callable[..., Any], targets: Any, gradient: Tensor | None
) -> tuple[Head, ...]:
    only = list(tensors_in(targets))
    if len(only) != 1 or gradient is None:
        return ()
    like = recognise(output, only[0], gradient)
    if like is None:
        return ()
    head = head_before(output, trace.producer(output), "", like.spec.name, only[0], {}, None)
    if head.interval == REAL and not _is_so_elsewhere(like, output, loss_fn, targets, only[0]):
        return ()
    return (replace(head, negated=like.negated),)


def _is_so_elsewhere(like: Likeness, output: Tensor, loss_fn: Callable[..., Any], targets: Any, target: Tensor) -> bool:
    """Whether the likeness is there at larger outputs of the other sign too; of one point it may be chance.

    A critic's `outputs * signs` has the gradient of an absolute error, and of a hinge, as long as outputs are small.
    """
    if like.spec.domain != REAL:
        return True
    elsewhere = (-3 * output.detach() - output.detach().sign()).requires_grad_()
    try:
        (gradient,) = torch.autograd.grad(loss_fn(elsewhere, targets).sum(), elsewhere)
    except Exception:  # there the user's own loss may well raise
        return True
    if not gradient.isfinite().all():
        return True
    return recognise(elsewhere, target, gradient) == like


def _layer_ops(trace: Trace) -> list[Op]:
    """Each weight once, where it is first used."""
    first: dict[int, Op] = {}
    for op in trace.ops:
        if op.name in LINEAR and not op.in_loss and op.outputs and len(op.tensors) > 1 and op.tensors[1].dim() > 1:
            first.setdefault(id(op.tensors[1]), op)
    return list(first.values())


def parameters_of(optimizer: optim.Optimizer) -> Sequence[Tensor]:
    """All that it updates."""
    return [p for group in optimizer.param_groups for p in group["params"]]
