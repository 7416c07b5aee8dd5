"""actloss: which activation, output, loss and optimizer go together, which are mismatched, and why."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from actloss_cli.errors import UserError

if TYPE_CHECKING:
    from actloss_cli.api.results import Results
    from actloss_cli.api.run import run
    from actloss_cli.checking import Check, Finding, check
    from actloss_cli.config.config import RunConfig
    from actloss_cli.config.load import load_config
    from actloss_cli.execute.scheduler import Progress

__version__ = "0.1.0"
__all__ = [
    "Check",
    "Finding",
    "Progress",
    "Results",
    "RunConfig",
    "UserError",
    "__version__",
    "check",
    "load_config",
    "run",
]
_HOMES = {
    "Check": "checking",
    "Finding": "checking",
    "Progress": "execute.scheduler",
    "Results": "api.results",
    "RunConfig": "config.config",
    "check": "checking",
    "load_config": "config.load",
    "run": "api.run",
}
"""The module of each name that is brought when it is asked for: torch takes seconds, and most verbs do without."""


def __getattr__(name: str) -> Any:
    """Brings one of `_HOMES`."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """What completion in a notebook offers."""
    return sorted(__all__)
