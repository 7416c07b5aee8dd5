"""Values, calls and docstrings as Python writes them, in lines of at most 120 characters."""

import textwrap
from collections.abc import Mapping, Sequence

WIDTH = 120
_INDENT = "    "


def literal(value: object) -> str:
    """The value's literal, text in double quotes where it can be."""
    text = repr(value)
    return f'"{text[1:-1]}"' if text.startswith("'") and '"' not in text else text


def keywords(arguments: Mapping[str, object]) -> list[str]:
    """As keyword arguments: `lr=0.01`, `momentum=0.9`."""
    return [f"{name}={literal(value)}" for name, value in arguments.items()]


def call(function: str, arguments: Sequence[str], before: str) -> str:
    """The call in a function's body, behind the text `before`: on one line where it fits, else an argument a line."""
    line = f"{function}({', '.join(arguments)})"
    if len(_INDENT + before + line) <= WIDTH:
        return line
    inner = "".join(f"{2 * _INDENT}{argument},\n" for argument in arguments)
    return f"{function}(\n{inner}{_INDENT})"


def docstring(text: str) -> str:
    """Indented by one step; on one line where it fits."""
    line = f'{_INDENT}"""{text}"""'
    if len(line) <= WIDTH:
        return line
    first, *rest = textwrap.wrap(text, WIDTH - len(_INDENT) - 3)
    return "\n".join(f"{_INDENT}{part}" for part in [f'"""{first}', *rest, '"""'])
