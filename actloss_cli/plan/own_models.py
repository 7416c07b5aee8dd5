"""Models that a user's factory makes: what a plan knows of them, and the factories that this process has imported.

A factory takes `activation`, a function without arguments that makes a new module each time, and `units`, the numbers
of inputs and outputs; it gives an `nn.Module` from rows `[B, D]` to the output's pre-activations `[B, C]`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

import torch
from torch import Tensor, nn

from actloss_cli.catalogue.choice import Code

Shape: TypeAlias = tuple[int, ...]
Factory: TypeAlias = Callable[[Callable[[], nn.Module], Sequence[int]], nn.Module]

_factories: dict[tuple[str, str], Factory] = {}
"""By name and digest of the code."""


@dataclass(frozen=True)
class OwnModelSpec:
    """A model by its factory's name, `python:MODULE:NAME`."""

    kind: str
    code: Code
    stacks: bool = field(default=True, compare=False)
    """Whether models side by side, through `torch.func`, give what each gives alone."""

    @property
    def init(self) -> str:
        """How weights start is the factory's affair."""
        return "own"

    @property
    def n_hidden(self) -> int:
        """Layers that the activation follows, as far as diagnostics go: where they are is the factory's affair."""
        return 0

    @property
    def units(self) -> tuple[int, ...]:
        """Likewise."""
        return ()

    def settings(self) -> dict[str, object]:
        """What decides a trial's numbers."""
        return {"kind": self.kind, "code": self.code.digest}

    def build(self, activation: Callable[[], nn.Module], n_features: int, n_units: int, seed: int) -> nn.Module:
        """A new model, its weights drawn from that seed as its own modules draw them; torch's state stays as it is."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return _factories[self.kind, self.code.digest](activation, (n_features, n_units))

    def weights(self, n_features: int, n_units: int) -> tuple[Shape, ...]:
        """All parameters as one column: of what shapes they are, the factory alone knows."""
        return ((_size(self, n_features, n_units).n_parameters, 1),)

    def n_products(self, n_features: int, n_units: int) -> int:
        """About as many as there are parameters."""
        return _size(self, n_features, n_units).n_parameters

    def n_values(self, n_features: int, n_units: int) -> int:
        """Floats that training holds of one row: what every module gives, and its gradient."""
        return 2 * (n_features + _size(self, n_features, n_units).n_values)


def register_factory(kind: str, code: Code, factory: Factory) -> None:
    """Makes a factory known, as of now and in this process alone."""
    _factories[kind, code.digest] = factory


def has_factory(spec: OwnModelSpec) -> bool:
    """Whether this process has imported it."""
    return (spec.kind, spec.code.digest) in _factories


@dataclass(frozen=True)
class _Size:
    n_parameters: int
    n_values: int


@lru_cache(maxsize=64)
def _size(spec: OwnModelSpec, n_features: int, n_units: int) -> _Size:
    """Seen on one row."""
    model = spec.build(nn.ReLU, n_features, n_units, 0).eval()
    values: list[int] = []

    def count(_: nn.Module, __: object, given: object) -> None:
        if isinstance(given, Tensor):
            values.append(given.numel())

    hooks = [module.register_forward_hook(count) for module in model.modules()]
    with torch.no_grad():
        model(torch.zeros(1, n_features))
    for hook in hooks:
        hook.remove()
    return _Size(sum(parameter.numel() for parameter in model.parameters()), sum(values))
