"""Runs model and loss once, forward and backward, and gathers what the rules read; nothing is judged here."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn, optim

from actloss_cli.checking.head import Head, head_before, heads_of
from actloss_cli.checking.known_ops import LINEAR
from actloss_cli.checking.own_loss import recognise
from actloss_cli.checking.trace import DATA, TARGET, WEIGHT, Op, Trace, Tracer, named_modules_followed, tensors_in

_FEW = 8
"""Rows suffice to see whether one changes the output of another."""


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
        """As `named_modules` has it, or the function."""
        return self.op.module or f"F.{self.op.name}"


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
    inputs, targets = _copied(inputs), _copied(targets)
    trace = Trace()
    for value, origin in ((inputs, DATA), (targets, TARGET)):
        trace.leaves.update((id(tensor), origin) for tensor in tensors_in(value))
    # a tensor that serves as both, as an autoencoder's does, is data
    trace.leaves.update((id(tensor), DATA) for tensor in tensors_in(inputs))
    trace.leaves.update((id(tensor), WEIGHT) for tensor in (*model.parameters(), *model.buffers()))
    outputs, loss, failure = _run(model, loss_fn, inputs, targets, trace)
    heads = heads_of(trace)
    gradients: dict[str, Tensor | None] = {}
    of_layers: dict[int, Tensor | None] = {}
    layer_ops = _layer_ops(trace)
    scalar = loss.sum() if isinstance(loss, Tensor) and loss.requires_grad and loss.is_floating_point() else None
    model_outputs = tuple(tensors_in(outputs)) if failure is None or failure.phase != "forward" else ()
    if scalar is not None:
        named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
        weights = [op.tensors[1] for op in layer_ops if op.tensors[1].requires_grad]
        wanted = [*(p for _, p in named), *weights, *(o for o in model_outputs if o.requires_grad)]
        try:
            found = torch.autograd.grad(scalar, wanted, allow_unused=True)
        except RuntimeError as error:
            failure = Failure("backward", error, None, "")
        else:
            gradients = {name: g for (name, _), g in zip(named, found, strict=False)}
            of_layers = {id(w): g for w, g in zip(weights, found[len(named) :], strict=False)}
            if not heads and len(model_outputs) == 1 and model_outputs[0].requires_grad:
                heads = _own_head(trace, model_outputs[0], targets, found[-1])
    return Case(
        model=model,
        loss_fn=loss_fn,
        inputs=tuple(tensors_in(inputs)),
        targets=tuple(tensors_in(targets)),
        trace=trace,
        outputs=model_outputs,
        loss=loss,
        failure=failure,
        heads=heads,
        layers=tuple(Layer(op, op.tensors[1], of_layers.get(id(op.tensors[1]))) for op in layer_ops),
        gradients=gradients,
        mixing=_mixing(model, inputs, targets, outputs) if failure is None or failure.phase != "forward" else 0.0,
        optimizer=optimizer,
    )


def call_model(model: nn.Module, inputs: Any) -> Any:
    """A mapping gives keyword arguments, a tuple or a list positional ones where `forward` takes so many."""
    if isinstance(inputs, Mapping):
        return model(**inputs)
    if isinstance(inputs, (tuple, list)) and not hasattr(inputs, "_fields"):
        try:
            inspect.signature(model.forward).bind(*inputs)
        except (TypeError, ValueError):
            return model(inputs)
        return model(*inputs)
    return model(inputs)


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


def _own_head(trace: Trace, output: Tensor, targets: Any, gradient: Tensor | None) -> tuple[Head, ...]:
    only = list(tensors_in(targets))
    if len(only) != 1 or gradient is None:
        return ()
    spec = recognise(output, only[0], gradient)
    if spec is None:
        return ()
    return (head_before(output, trace.producer(output), "", spec.name, only[0], {}, None),)


def _layer_ops(trace: Trace) -> list[Op]:
    """Each weight once, where it is first used."""
    first: dict[int, Op] = {}
    for op in trace.ops:
        if op.name in LINEAR and not op.in_loss and op.outputs and len(op.tensors) > 1 and op.tensors[1].dim() > 1:
            first.setdefault(id(op.tensors[1]), op)
    return list(first.values())


def _mixing(model: nn.Module, inputs: Any, targets: Any, outputs: Any) -> float:
    """0 where it can't be told: several inputs, one row, outputs that are not one per row.

    Normalisation over the minibatch is put into evaluation, where it keeps rows apart; the caller restores it.
    """
    output = next(tensors_in(outputs), None)
    target = next(tensors_in(targets), None)
    if not isinstance(inputs, Tensor) or output is None or inputs.dim() < 2 or len(inputs) < 2:
        return 0.0
    if not output.dim() or len(output) != len(inputs) or target is None or not target.dim() or len(target) != len(inputs):
        return 0.0
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.eval()
    rows = inputs.detach()[:_FEW].clone()
    other = rows.clone()
    other[0] = rows[1] if not torch.equal(rows[0], rows[1]) else rows[-1]
    state = torch.get_rng_state()
    results = []
    for values in (rows, other):
        torch.set_rng_state(state)
        try:
            result = next(tensors_in(call_model(model, values)), None)
        except Exception:  # a model that is made for one size of minibatch can't be asked
            return 0.0
        if result is None or not result.dim() or len(result) != len(rows) or not result.is_floating_point():
            return 0.0
        results.append(result.detach().double())
    change = (results[0] - results[1]).abs().reshape(len(rows), -1).amax(1)
    if not change.isfinite().all():
        return 0.0
    return float(change[1:].max() / change.max()) if change.max() > 0 else 0.0


def _copied(value: Any) -> Any:
    """With tensors of its own, so that what works in place works on those."""
    if isinstance(value, Tensor):
        return value.detach().clone().requires_grad_(value.requires_grad)
    if isinstance(value, Mapping):
        return {name: _copied(part) for name, part in value.items()}
    if isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
        return type(value)(_copied(part) for part in value)
    return value


def parameters_of(optimizer: optim.Optimizer) -> Sequence[Tensor]:
    """All that it updates."""
    return [p for group in optimizer.param_groups for p in group["params"]]
