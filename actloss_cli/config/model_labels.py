"""What the models of one task are called: as the config says, else by what tells one from the others."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

_LABEL = "label"


def label_models(sections: Sequence[BaseModel]) -> list[str]:
    """One label per model; "" for an only one that has none of its own.

    A label that isn't said names the keys in which the models differ: `hidden=2x32,norm=batch`.
    """
    own = [str(getattr(section, _LABEL)) for section in sections]
    if len(sections) == 1:
        return own
    settings = [section.model_dump(exclude={_LABEL}) for section in sections]
    keys = [key for key in dict.fromkeys(key for one in settings for key in one) if _differs(key, settings)]
    return [label or _made(one, keys) for label, one in zip(own, settings, strict=True)]


def _differs(key: str, settings: Sequence[Mapping[str, Any]]) -> bool:
    return any(one.get(key) != settings[0].get(key) for one in settings)


def _made(settings: Mapping[str, Any], keys: Sequence[str]) -> str:
    return ",".join(f"{key}={_value(settings[key])}" for key in keys if key in settings)


def _value(value: object) -> str:
    """Layers of one width as `2x32`, of several as `64-32`."""
    if not isinstance(value, list):
        return str(value)
    if len(value) > 1 and len(set(value)) == 1:
        return f"{len(value)}x{value[0]}"
    return "-".join(map(str, value)) or "none"
