"""What a check found: a fault in a sentence, what shows it, what theory and the reference grid say, the fix as code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """How grave a finding is; the gravest first."""

    ERROR = "error"
    """It cannot learn, or what it computes is not what is meant."""
    WARNING = "warning"
    """It works, but at a cost."""
    NOTE = "note"
    """Good to know."""


LEVELS = tuple(Level)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One fault; a text that has nothing to say is ""."""

    level: Level
    rule: str
    """Its name in kebab case, the same for every such fault."""
    sentence: str
    evidence: str = ""
    """What was seen in this model, with its numbers."""
    theory: str = ""
    """What follows from the functions alone."""
    measured: str = ""
    """What the shipped reference grid measured for this output and loss."""
    fix: str = ""
    """Lines of Python."""
    where: str = ""
    """The module at fault, as `named_modules` has it, or the call."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    symptom: int = 0
    """0 for a fault itself; else an error with a lower number, if there is one, explains it, and it is not told."""

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        texts = ("rule", "where", "sentence", "evidence", "theory", "measured", "fix")
        return {"level": str(self.level), **{name: getattr(self, name) for name in texts}, "numbers": {**self.numbers}}
