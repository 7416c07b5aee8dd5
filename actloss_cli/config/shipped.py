"""Finds a config: a file, or one of those that come with actloss."""

from pathlib import Path

from actloss_cli.config.wording import nearest, shown
from actloss_cli.errors import user_error

_PACKAGE = Path(__file__).resolve().parents[1]

CLAIMS = "claims"
"""The shipped file of claims, which is no config and stands among them."""


def shipped_configs() -> dict[str, Path]:
    """By name, such as `grid`: in the package when installed from a wheel, else in the checkout's `configs/`."""
    packed = _PACKAGE / "_shipped" / "configs"
    folder = packed if packed.is_dir() else _PACKAGE.parent / "configs"
    return {path.stem: path for path in sorted(folder.glob("*.yaml")) if path.stem != CLAIMS}


def find_config(source: str) -> tuple[Path, str]:
    """The file that `source` means, and what problems call it: a path that exists comes before a shipped name.

    Raises `UserError`.
    """
    try:
        path = Path(source)
        if path.exists() and not path.is_dir():
            return path, source
    except (OSError, ValueError):
        pass  # too long a name, or a NUL in it, can't be a file's
    shipped = shipped_configs()
    if source in shipped:
        return shipped[source], str(shipped[source])
    names = f"shipped configs: {', '.join(shipped)}"
    near = nearest(source.removesuffix(".yaml"), shipped)
    raise user_error(
        f"{shown(source)} is neither a file nor a shipped config", hint=f"{near} {names}" if near else names
    )
