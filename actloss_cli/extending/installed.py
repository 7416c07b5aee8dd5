"""Functions that installed packages offer: by entry points of actloss's groups, and the optimizers of one package.

What is installed was trusted when it was installed; it is imported when a config names it, and not before.
"""

import contextlib
import difflib
import functools
import importlib
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from torch import Tensor

from actloss_cli.entry_points import offered
from actloss_cli.extending.reference import Found, code_of
from actloss_cli.extending.refusal import Unusable, told

OPTIMIZERS_PREFIX = "pytorch_optimizer:"
"""Begins the name of an optimizer of that package."""
_PACKAGE = "pytorch_optimizer"

_NO_HESSIAN = "asks for second derivatives, which the training loop doesn't make"
_NO_MODEL = "asks for the model and takes over its backward pass"
_NO_RATE = "sets its rate itself, and keeps none that could be tuned"
_NO_GROUPS = "asks for several processes"
_MUONS = ("adago", "adamuon", "muon", "muonclip", "normuon")
REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "adahessian": _NO_HESSIAN,
        "sophiah": _NO_HESSIAN,
        "lomo": _NO_MODEL,
        "adalomo": _NO_MODEL,
        "demo": _NO_GROUPS,
        "distributedmuon": _NO_GROUPS,
        "a2grad": _NO_RATE,
        "alig": _NO_RATE,
        "sara": "left a small matrix as it was when it was tried",
        "adammini": "asks for the model itself, beside its parameters",
        "bsam": "asks for the number of rows",
        "ranger21": "asks for the number of steps",
        "lorarite": "steps on pairs of low-rank matrices",
        "spectralsphere": "steps on matrices alone, and there are biases",
    }
)
"""Of that package's optimizers those that are not for one dense model and its gradients, and why."""


def is_installed(role: str, name: str) -> bool:
    """Whether a package says that it has it, or the name is one of the package of optimizers."""
    return name in offered(role) or (role == "optimizer" and name.startswith(OPTIMIZERS_PREFIX))


def find_installed(role: str, name: str) -> Found:
    """Imports what is behind the name. Raises `Unusable`."""
    if name.startswith(OPTIMIZERS_PREFIX):
        return _of_package(name.removeprefix(OPTIMIZERS_PREFIX))
    point = offered(role)[name]
    try:
        with contextlib.redirect_stdout(sys.stderr):
            value = point.load()
            return Found(value, code_of(value, importlib.import_module(point.module), ()))
    except Exception as error:  # whatever a package raises while it is imported
        whose = point.dist.name if point.dist else "a package"
        hint = f"mend or remove {whose}, which offers '{name}' as {point.value}"
        raise Unusable(f"'{name}' can't be imported: {told(error)}", hint) from error


def package_optimizers() -> Mapping[str, Any]:
    """The optimizer classes of the package, by the names that it gives them. Raises `Unusable` where it isn't there."""
    try:
        package = importlib.import_module(_PACKAGE)
    except ModuleNotFoundError as missing:
        raise Unusable(f"{_PACKAGE} is not installed", "install it: pip install 'actloss-cli[optimizers]'") from missing
    return {name: package.load_optimizer(name) for name in package.get_supported_optimizers()}


def with_muon_groups(make: Callable[..., Any]) -> Callable[..., Any]:
    """Of Muon's family: that for matrices other than the last layer's, Adam for that one and for vectors."""

    @functools.wraps(make, updated=())
    def made(parameters: list[Tensor], **settings: Any) -> Any:
        matrices = [parameter for parameter in parameters if parameter.ndim == 2][:-1]
        rest = [parameter for parameter in parameters if not any(parameter is matrix for matrix in matrices)]
        groups = [{"params": matrices, "use_muon": True}] if matrices else []
        return make([*groups, {"params": rest, "use_muon": False}], **settings)

    return made


def _of_package(name: str) -> Found:
    if name in REFUSED:
        raise Unusable(f"'{OPTIMIZERS_PREFIX}{name}' {REFUSED[name]}", "take another")
    known = package_optimizers()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"it has: {', '.join(sorted(known))}"
        raise Unusable(f"{_PACKAGE} has no optimizer '{name}'", hint)
    code = code_of(known[name], importlib.import_module(_PACKAGE), ())
    return Found(with_muon_groups(known[name]) if name in _MUONS else known[name], code)
