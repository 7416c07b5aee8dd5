"""Why what a name stands for can't be used; raised before anything is trained."""

from actloss_cli.catalogue import UnknownFunction


class Unusable(UnknownFunction):
    """The name was found to stand for nothing, or for something else than it should; `hint` says what to do."""


def told(error: BaseException) -> str:
    """Another's exception on one line: `ValueError: not a number`."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
