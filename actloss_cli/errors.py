"""What can go wrong that is not a bug: problems with their hints, the error that carries them, exit codes."""

from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """What the shell gets back from every verb."""

    DONE = 0
    NOT_HELD = 1
    """A check or a claim did not hold."""
    USAGE = 2
    """The command line or the config is wrong; nothing was run."""
    RESULTS = 3
    """The results are unusable, or another run holds them."""
    INTERRUPTED = 130


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, where it is, and what to do about it."""

    message: str
    where: str = ""
    hint: str = ""

    def __str__(self) -> str:
        """The lines a user reads: `error: WHERE: MESSAGE` and, if there is one, `hint: HINT`."""
        head = f"error: {self.where}: {self.message}" if self.where else f"error: {self.message}"
        return f"{head}\nhint: {self.hint}" if self.hint else head


class UserError(Exception):
    """Something that the user can mend: shown without a traceback, all problems at once."""

    def __init__(self, *problems: Problem, code: ExitCode = ExitCode.USAGE) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
        self.code = code


def user_error(message: str, *, where: str = "", hint: str = "", code: ExitCode = ExitCode.USAGE) -> UserError:
    """The common case: one problem."""
    return UserError(Problem(message, where, hint), code=code)
