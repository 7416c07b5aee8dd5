"""Finds a declaration by the name that a user typed; a miss says what the name is instead, or what is near it."""

import difflib
from collections.abc import Callable, Mapping
from typing import TypeVar

from actloss_cli.catalogue.activations import ACTIVATIONS
from actloss_cli.catalogue.losses import LOSSES
from actloss_cli.catalogue.optimizers import OPTIMIZERS
from actloss_cli.catalogue.spec import ActivationSpec, LossSpec, OptimizerSpec, Spec

S = TypeVar("S", bound=Spec)

_PLURAL = {"activation": "activations", "output": "outputs", "loss": "losses", "optimizer": "optimizers"}


class UnknownFunction(LookupError):
    """No such function in that role; `hint` says what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def _index(specs: tuple[S, ...]) -> dict[str, S]:
    return {name: spec for spec in specs for name in (spec.name, *spec.aliases)}


_ACTIVATIONS = _index(ACTIVATIONS)
_LOSSES = _index(LOSSES)
_OPTIMIZERS = _index(OPTIMIZERS)
_HIDDEN = _index(tuple(spec for spec in ACTIVATIONS if spec.hidden))
_OUTPUTS = _index(tuple(spec for spec in ACTIVATIONS if spec.output))
_ROLES: dict[str, dict[str, Spec]] = {
    "activation": {**_HIDDEN},
    "output": {**_OUTPUTS},
    "loss": {**_LOSSES},
    "optimizer": {**_OPTIMIZERS},
}

activation: Callable[[str], ActivationSpec] = _ACTIVATIONS.__getitem__
"""By catalogue name, in either role; for names that validation has already passed."""
loss: Callable[[str], LossSpec] = _LOSSES.__getitem__
"""By catalogue name; for names that validation has already passed."""
optimizer: Callable[[str], OptimizerSpec] = _OPTIMIZERS.__getitem__
"""By catalogue name; for names that validation has already passed."""


def register(spec: Spec) -> None:
    """Makes a function that is not the catalogue's known by its name, as of now and in this process alone."""
    match spec:
        case ActivationSpec():
            _ACTIVATIONS[spec.name] = spec
            if spec.hidden:
                _HIDDEN[spec.name] = spec
            if spec.output:
                _OUTPUTS[spec.name] = spec
        case LossSpec():
            _LOSSES[spec.name] = spec
        case OptimizerSpec():
            _OPTIMIZERS[spec.name] = spec


def find_activation(name: str) -> ActivationSpec:
    """The hidden activation of that name or alias; raises `UnknownFunction`."""
    return _find(name, "activation", _HIDDEN)


def find_output(name: str) -> ActivationSpec:
    """The output activation of that name or alias; raises `UnknownFunction`."""
    return _find(name, "output", _OUTPUTS)


def find_loss(name: str) -> LossSpec:
    """The loss of that name or alias; raises `UnknownFunction`."""
    return _find(name, "loss", _LOSSES)


def find_optimizer(name: str) -> OptimizerSpec:
    """The optimizer of that name or alias; raises `UnknownFunction`."""
    return _find(name, "optimizer", _OPTIMIZERS)


FIND: Mapping[str, Callable[[str], Spec]] = {
    "activation": find_activation,
    "output": find_output,
    "loss": find_loss,
    "optimizer": find_optimizer,
}
"""By role."""


def _find(name: str, role: str, index: dict[str, S]) -> S:
    if (spec := index.get(name) or index.get(_fold(name))) is not None:
        return spec
    listing = f"see 'actloss list {_PLURAL[role]}'"
    others = [other for other, known in _ROLES.items() if other != role and _fold(name) in known]
    if others:
        is_a = " or ".join(_with_article(other) for other in others)
        raise UnknownFunction(
            f"'{name}' is {is_a}, not {_with_article(role)}", f"put it under '{others[0]}'; {listing}"
        )
    near = difflib.get_close_matches(_fold(name), index, n=1)
    hint = f"did you mean '{near[0]}'? {listing}" if near else listing
    raise UnknownFunction(f"unknown {role} '{name}'", hint)


def _fold(name: str) -> str:
    return name.strip().lower().replace("-", "_").replace(" ", "_")


def _with_article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
