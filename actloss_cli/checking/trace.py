"""Runs a model and its loss once and keeps what every torch function took and gave, functional calls among them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, is_dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from actloss_cli.checking.known_ops import LEAVES_TORCH, op_name

DATA, TARGET, WEIGHT = "data", "target", "weight"
"""Where a tensor comes from; a result comes from wherever its arguments do."""


@dataclass(eq=False)
class Op:
    """One call of a torch function."""

    name: str
    func: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    module: str
    """The innermost module that runs, as `named_modules` has it; "" outside of all."""
    in_loss: bool
    tensors: tuple[Tensor, ...]
    """Of its arguments."""
    parents: tuple["Op | None", ...]
    """Which call gave each of them; None where none did."""
    origin: frozenset[str]
    outputs: tuple[Tensor, ...] = ()
    cut: bool = False
    """Whether gradients flow into it and not out of it."""
    error: Exception | None = None

    @property
    def where(self) -> str:
        """For a reader: `model.fc1`, or the function that it is in."""
        if self.module:
            return f"model.{self.module}"
        return "the loss function" if self.in_loss else "model.forward"

    @property
    def at(self) -> str:
        """The same with its preposition: `at model.fc1`, `in the loss function`."""
        return f"{'at' if self.module else 'in'} {self.where}"

    @property
    def output(self) -> Tensor:
        """The first."""
        return self.outputs[0]


@dataclass
class Trace:
    """All calls in their order."""

    ops: list[Op] = field(default_factory=list)
    leaves: dict[int, str] = field(default_factory=dict)
    """By the `id` of a tensor that no call gave: its origin."""
    producers: dict[int, Op] = field(default_factory=dict)
    """By the `id` of a tensor: the last call that gave or changed it. The ops keep their tensors alive."""

    def producer(self, tensor: Tensor) -> Op | None:
        """The last call that gave or changed it."""
        return self.producers.get(id(tensor))

    def origin(self, tensor: Tensor) -> frozenset[str]:
        """Where its values come from."""
        made = self.producer(tensor)
        if made is not None:
            return made.origin
        return frozenset({self.leaves[id(tensor)]} if id(tensor) in self.leaves else ())


def ops_behind(op: Op | None) -> list[Op]:
    """It and all that it follows from, each once."""
    found, stack, seen = list[Op](), [op] if op else [], set[int]()
    while stack:
        one = stack.pop()
        if id(one) not in seen:
            seen.add(id(one))
            found.append(one)
            stack.extend(parent for parent in one.parents if parent is not None)
    return found


class Tracer(TorchFunctionMode):
    """Records into `trace` while it is active."""

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace = trace
        self.modules: list[str] = []
        self.in_loss = False

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Calls, and records what takes and gives tensors."""
        kwargs = kwargs or {}
        tensors = tuple(tensors_in((args, kwargs)))
        parents = tuple(self.trace.producer(tensor) for tensor in tensors)
        origin = frozenset[str]().union(*(self.trace.origin(tensor) for tensor in tensors))
        wants_grad = any(tensor.requires_grad for tensor in tensors)
        name = op_name(func)
        op = Op(
            name, func, args, kwargs, self.modules[-1] if self.modules else "", self.in_loss, tensors, parents, origin
        )
        try:
            result = func(*args, **kwargs)
        except Exception as error:
            if tensors:
                op.error = error
                self.trace.ops.append(op)
            raise
        op.outputs = tuple(tensors_in(result))
        if tensors and (op.outputs or name in LEAVES_TORCH):
            op.cut = wants_grad and not any(output.requires_grad for output in op.outputs)
            self.trace.ops.append(op)
            for output in op.outputs:
                self.trace.producers[id(output)] = op
        return result


@contextmanager
def named_modules_followed(model: nn.Module, running: list[str]) -> Iterator[None]:
    """Within, `running` ends with the name of the module of `model` that runs; once something raised, that did."""
    handles = []

    def enter(name: str) -> Callable[..., None]:
        return lambda *_: running.append(name)

    def leave(*_: Any) -> None:
        running.pop()

    for name, module in model.named_modules():
        if name and not isinstance(module, torch.jit.ScriptModule):
            handles += [module.register_forward_pre_hook(enter(name)), module.register_forward_hook(leave)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def tensors_in(value: Any, depth: int = 6) -> Iterator[Tensor]:
    """All tensors in nested tuples, lists, mappings and dataclasses, in their order."""
    if isinstance(value, Tensor):
        yield value
    elif depth and isinstance(value, (tuple, list)):
        for part in value:
            yield from tensors_in(part, depth - 1)
    elif depth and isinstance(value, Mapping):
        for part in value.values():
            yield from tensors_in(part, depth - 1)
    elif depth and is_dataclass(value) and not isinstance(value, type):
        yield from tensors_in(vars(value), depth - 1)
