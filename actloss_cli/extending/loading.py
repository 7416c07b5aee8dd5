"""Names that are not the catalogue's to declarations that every other part finds there. Imports and runs their code."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from torch.optim import Optimizer

from actloss_cli.catalogue import UnknownFunction
from actloss_cli.catalogue.choice import CODE_PREFIX, Choice, Code
from actloss_cli.catalogue.lookup import FIND, register
from actloss_cli.catalogue.spec import ActivationSpec, LossSpec, OptimizerSpec, Spec
from actloss_cli.extending.activations import activation_from
from actloss_cli.extending.checks.finding import Finding
from actloss_cli.extending.installed import find_installed, is_installed
from actloss_cli.extending.losses import loss_from
from actloss_cli.extending.optimizers import optimizer_from
from actloss_cli.extending.reference import Found, find

_DECLARE: Mapping[str, Callable[[Any, str, str], tuple[Spec, tuple[Finding, ...]]]] = {
    "activation": activation_from,
    "output": activation_from,
    "loss": loss_from,
    "optimizer": optimizer_from,
}
"""By role: from what the name stands for, the name and where it is from."""

_loaded: dict[tuple[str, str], Code] = {}


@dataclass(frozen=True)
class Loaded:
    """A declaration, the code behind it (None in the catalogue), and what its checks found."""

    spec: Spec
    code: Code | None
    findings: tuple[Finding, ...]


def load(role: str, name: str, folders: Sequence[str]) -> Loaded:
    """Imports, declares for that role, checks and registers it, whether there is a fault or not. Raises `Unusable`."""
    return _declare(role, name, _found(role, name, folders))


def is_foreign(role: str, name: str) -> bool:
    """Whether it is not the catalogue's, but a user's code or what an installed package offers."""
    return name.startswith(CODE_PREFIX) or (not _knows(role, name) and is_installed(role, name))


def check_by_name(role: str | None, name: str, folders: Sequence[str]) -> Loaded:
    """The same of any name, also of the catalogue's; in the role in which it can serve, if none is said.

    Raises `UnknownFunction`.
    """
    if name.startswith(CODE_PREFIX):
        found = find(name, folders)
        return _declare(role or _role_of(found.value), name, found)
    known = role or next((one for one in FIND if _knows(one, name) or is_installed(one, name)), "activation")
    if is_foreign(known, name):
        return load(known, name, folders)
    spec = FIND[known](name)
    checked, findings = _DECLARE[known](spec, spec.name, spec.source)
    return Loaded(checked, None, findings)


def ensure_loaded(choices: Iterable[tuple[str, Choice]]) -> None:
    """Of roles and choices, loads those that this process doesn't know yet, as a worker does with its first stack.

    Raises `RuntimeError` where the code is no more what it was when the choice was made.
    """
    for role, choice in choices:
        if choice.code is None or _loaded.get((role, choice.name)) == choice.code:
            continue
        if load(role, choice.name, choice.code.folders).code != choice.code:
            raise RuntimeError(f"the code of '{choice.name}' changed while the run was going on")


def _found(role: str, name: str, folders: Sequence[str]) -> Found:
    return find(name, folders) if name.startswith(CODE_PREFIX) else find_installed(role, name)


def _declare(role: str, name: str, found: Found) -> Loaded:
    spec, findings = _DECLARE[role](found.value, name, _source(name, found))
    if isinstance(spec, ActivationSpec) and not name.startswith(CODE_PREFIX):
        spec = replace(spec, hidden=role == "activation", output=role == "output")  # as its package offers it
    register(spec)
    _loaded[role, name] = found.code
    return Loaded(spec, found.code, findings)


def _source(name: str, found: Found) -> str:
    where = getattr(found.value, "__module__", None) or type(found.value).__module__
    what = getattr(found.value, "__qualname__", name)
    return f"{where}.{what}"


def _role_of(value: Any) -> str:
    """By its type; a function is taken for an activation."""
    if isinstance(value, LossSpec):
        return "loss"
    is_optimizer = isinstance(value, OptimizerSpec) or (isinstance(value, type) and issubclass(value, Optimizer))
    return "optimizer" if is_optimizer else "activation"


def _knows(role: str, name: str) -> bool:
    """Whether the catalogue has it; what was loaded for another config is looked for anew."""
    if (role, name) in _loaded:
        return False
    try:
        FIND[role](name)
    except UnknownFunction:
        return False
    return True
