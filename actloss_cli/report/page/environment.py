"""How templates are filled: every text escaped and harmless, colours as classes, a policy for what is inlined."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from actloss_cli import __version__
from actloss_cli.report.escape import printable
from actloss_cli.report.page.assets import policy, style
from actloss_cli.report.page.matrices import shades, verdict_shade
from actloss_cli.report.verdict_style import style_of


@cache
def environment() -> Environment:
    """Jinja2 with autoescape on; filters `shade` and `symbol` of a verdict, `breakable` of a label."""
    found = Environment(
        loader=PackageLoader("actloss_cli.report.page"),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["shade"] = verdict_shade
    found.filters["symbol"] = lambda verdict: style_of(verdict).symbol
    found.filters["breakable"] = _breakable
    found.globals["version"] = __version__
    return found


def styled(scripts: Sequence[str]) -> tuple[str, str]:
    """The style sheet, and the policy that lets in it and these scripts alone."""
    css = style() + environment().get_template("colours.css.j2").render(shades=shades())
    return css, policy(scripts, [css])


def _breakable(label: str) -> Markup:
    """A label that may go on in the next line after `_`, `-` or `/`."""
    return Markup(re.sub(r"([_/-])", r"\1<wbr>", str(escape(printable(label)))))  # noqa: S704  # escaped before


def _shown(value: Any) -> Any:
    """Texts obey nothing: control and formatting characters are written out, and autoescape then does its part."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
