"""The page's styles and scripts as they are put into it, and the policy that lets in these alone."""

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

PAGE = "index.html"
"""The name of a page's file."""
_ASSETS = files("actloss_cli.report.page") / "assets"
_VENDORED = ("d3.min.js", "plot.umd.min.js")
"""In the order in which they need each other; versions and licences lie beside them."""
_NONE = "'none'"
_STYLES = ("base.css", "answer.css", "matrix.css", "table.css", "pairing.css", "print.css")
_SCRIPTS = (
    *("dom.js", "data.js", "state.js", "filters.js", "table.js"),
    *("chart.js", "curve_chart.js", "sweep_chart.js", "sketch_chart.js", "pairing.js", "dialog.js", "main.js"),
)


@cache
def style() -> str:
    """Every style sheet, joined."""
    return "\n".join(_read(f"css/{name}") for name in _STYLES)


@cache
def scripts() -> tuple[str, ...]:
    """The chart library's files as published, then our own as one function, so that nothing becomes global."""
    own = "\n".join(_read(f"js/{name}") for name in _SCRIPTS)
    return (*(_read(f"vendor/{name}") for name in _VENDORED), f'(() => {{\n"use strict";\n{own}\n}})();\n')


@cache
def sources_digest() -> str:
    """Of every file that a page is made from besides the code and the run."""
    digest = hashlib.sha256("\n".join(scripts()).encode() + style().encode())
    for template in sorted((files("actloss_cli.report.page") / "templates").iterdir(), key=lambda path: path.name):
        digest.update(template.read_bytes())
    return digest.hexdigest()


def policy(scripts: Sequence[str], styles: Sequence[str]) -> str:
    """A content security policy under which a page may run and apply these texts, show inlined images, and no more."""
    return "; ".join(
        [
            f"default-src {_NONE}",
            f"script-src {' '.join(map(_source, scripts)) or _NONE}",
            f"style-src {' '.join(map(_source, styles))}",
            "img-src data:",
            f"base-uri {_NONE}",
            f"form-action {_NONE}",
        ]
    )


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _read(name: str) -> str:
    return _ASSETS.joinpath(name).read_text(encoding="utf-8")
