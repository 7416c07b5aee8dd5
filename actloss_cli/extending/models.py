"""A factory's name to a model that a plan can hold: imported, tried once, and put side by side to see if it can be."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from actloss_cli.extending.checks.activation import draw
from actloss_cli.extending.checks.calling import called, shape_text
from actloss_cli.extending.checks.finding import Fault
from actloss_cli.extending.described import refuse_class
from actloss_cli.extending.reference import find
from actloss_cli.extending.refusal import Unusable
from actloss_cli.plan.own_models import OwnModelSpec, has_factory, register_factory

N_UNITS, N_ROWS = 3, 8
FEW, MANY = 2, 5
"""Models side by side that must give the same bits."""
_WANTED = "a function (activation, units) that gives an nn.Module"


def load_model(name: str, folders: Sequence[str], n_features: int) -> OwnModelSpec:
    """Imports the factory and tries it for rows of so many features; raises `Unusable` where it can't be trained."""
    found = find(name, folders)
    refuse_class(found.value, name, "a model's factory", _WANTED)
    register_factory(name, found.code, found.value)
    spec = OwnModelSpec(name, found.code)
    try:
        model = _made(spec, n_features)
    except Fault as fault:
        raise Unusable(f"'{name}' {fault}", f"it should be {_WANTED}, from [B, units[0]] to [B, units[1]]") from fault
    return OwnModelSpec(name, found.code, stacks=_stacks(spec, model, n_features))


def ensure_model_loaded(spec: object) -> None:
    """In a worker, which doesn't know it yet; raises `RuntimeError` where its code has changed since."""
    if not isinstance(spec, OwnModelSpec) or has_factory(spec):
        return
    found = find(spec.kind, spec.code.folders)
    if found.code != spec.code:
        raise RuntimeError(f"the code of '{spec.kind}' changed while the run was going on")
    register_factory(spec.kind, found.code, found.value)


def _made(spec: OwnModelSpec, n_features: int) -> nn.Module:
    """One that gives a row of outputs for each row, all by parameters that learn."""
    model: Any = None

    def build() -> Tensor:
        nonlocal model
        model = spec.build(nn.Tanh, n_features, N_UNITS, 0)
        return torch.empty(0)

    called(build)
    if not isinstance(model, nn.Module):
        raise Fault(f"gives a {type(model).__name__}, not an nn.Module")
    x = draw(N_ROWS, n_features, dtype=torch.float32)
    z = called(model, x)
    if z.shape != (N_ROWS, N_UNITS):
        raise Fault(f"makes a model that gives {shape_text(z)} for {shape_text(x)} and {N_UNITS} outputs")
    if not z.requires_grad:
        raise Fault("makes a model without parameters that learn")
    return model


def _stacks(spec: OwnModelSpec, model: nn.Module, n_features: int) -> bool:
    """Whether models side by side give what each gives alone, to the same bits in a stack of any size.

    That is, too, whether a row's result depends on that row alone, and training is as evaluation: a stack pads its
    minibatches, and draws no random numbers for modules that it doesn't know.
    """
    models = [spec.build(nn.Tanh, n_features, N_UNITS, seed) for seed in range(MANY)]
    x = draw(MANY, N_ROWS, n_features, dtype=torch.float32)
    try:
        few, many = (_side_by_side(models[:n], x[:n]) for n in (FEW, MANY))
        with torch.no_grad():
            alone = torch.stack([one.eval()(rows) for one, rows in zip(models, x, strict=True)])
            part = model.train()(x[0, :3])
            whole = model.eval()(x[0])
        draws_nothing = torch.equal(model.train()(x[0]), whole)
    except Exception:  # what torch.func can't do it says in many ways
        return False
    return (
        torch.equal(few, many[:FEW])
        and torch.allclose(many, alone, 1e-4, 1e-5)
        and torch.allclose(part, whole[:3], 1e-4, 1e-5)
        and draws_nothing
    )


def _side_by_side(models: list[nn.Module], x: Tensor) -> Tensor:
    """Outputs `[T, B, C]` of T models on rows `[T, B, D]`."""
    parameters, buffers = stack_module_state(models)

    def forward(values: dict[str, Tensor], kept: dict[str, Tensor], rows: Tensor) -> Tensor:
        z: Tensor = functional_call(models[0], (values, kept), (rows,))
        return z

    with torch.no_grad():
        return vmap(forward)(parameters, buffers, x)
