"""What `actloss check-function` prints: each check with its outcome, then how the function is trained."""

from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from actloss_cli.catalogue.spec import ActivationSpec, OptimizerSpec, Spec
from actloss_cli.extending.loading import Loaded
from actloss_cli.report.escape import printable
from actloss_cli.report.json_text import document

_STYLES = {"holds": "green", "note": "bold yellow", "fault": "bold red"}


def render_checked(console: Console, checked: Loaded) -> None:
    """One line for each check, folded to the console's width."""
    console.print(Text(f"{checked.spec.name}  {printable(checked.spec.formula)}", "bold"))
    for finding in checked.findings:
        line = Text(f"{finding.outcome:5}", _STYLES[finding.outcome])
        line.append(f"  {printable(finding.check)}: {printable(finding.message)}", style="not bold default")
        console.print(Padding(line, (0, 0, 0, 2)))
    for key, value in _facts(checked).items():
        console.print(Padding(Text(printable(f"{key}: {value}"), "dim"), (0, 0, 0, 2)))
    console.print(Text(_conclusion(checked.spec)))


def checked_json(checked: Loaded) -> str:
    """The same for programs."""
    return document(
        {
            "name": checked.spec.name,
            "ok": not checked.spec.fault,
            "findings": [vars(finding) for finding in checked.findings],
            **_facts(checked),
            "trains": None if checked.spec.fault else _way(checked.spec),
        }
    )


def _facts(checked: Loaded) -> dict[str, Any]:
    """Those that there are."""
    spec, code = checked.spec, checked.code
    facts: dict[str, Any] = {"parameters": dict(spec.settings)}
    if code is not None:
        facts |= {"file": code.file, "digest": code.digest}
    if isinstance(spec, ActivationSpec) and not spec.fault:
        facts |= {"range": str(spec.range_for(spec.hyper))}
        facts |= {"acts": "along features" if spec.along_features else "per element"}
    if isinstance(spec, OptimizerSpec):
        facts |= {"lr range": list(spec.lr_range)}
    return {key: value for key, value in facts.items() if value}


def _way(spec: Spec) -> str:
    stacks = spec.stackable if isinstance(spec, OptimizerSpec) else spec.keeps_trials_apart
    return "in stacks" if stacks else "by the plain loop"


def _conclusion(spec: Spec) -> str:
    return "It can't be trained: its pairings are invalid." if spec.fault else f"It trains {_way(spec)}."
