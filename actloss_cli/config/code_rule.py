"""Whether, and from where, the code that a config names is imported."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CodeRule:
    """By default it isn't; what is installed and says itself that it belongs to actloss is no code of the config."""

    allowed: bool = False
    folders: tuple[str, ...] = ()
    """Where modules are looked for, after what is installed."""
    hint: str = "'actloss run' and 'actloss plan' import it, if you trust it, with --allow-code"
    """What to do where it isn't allowed."""


NO_CODE = CodeRule()
