"""What a check of a function found."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Outcome: TypeAlias = Literal["holds", "note", "fault"]


@dataclass(frozen=True)
class Finding:
    """One check. With a fault the function is not trained; a note changes how, or is worth knowing."""

    check: str
    outcome: Outcome
    message: str = ""
    """What was found, as the end of a sentence that begins with the function's name."""


class Fault(Exception):  # what is wrong with a function is no error of this program
    """Ends the checks: what comes after would only repeat it."""


def fault_in(findings: tuple[Finding, ...]) -> str:
    """The message of the first fault; "" where there is none."""
    return next((finding.message for finding in findings if finding.outcome == "fault"), "")
