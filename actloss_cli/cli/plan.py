"""`actloss plan`: what a config asks for, before anything is trained."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from actloss_cli.cli.options import (
    ALLOW_CODE_HINT,
    AllowCodeOption,
    ConfigArgument,
    MaxTrialsOption,
    SetOption,
    WorkersOption,
)
from actloss_cli.config.limits import MAX_TRIALS
from actloss_cli.execute.cores import default_workers

if TYPE_CHECKING:
    from actloss_cli.execute.calibrate import TaskSize
    from actloss_cli.plan.plan import Plan


def plan(
    config: ConfigArgument,
    set_: SetOption = None,
    workers: WorkersOption = None,
    max_trials: MaxTrialsOption = MAX_TRIALS,
    allow_code: AllowCodeOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show pairings, trials, stacks, what is invalid and why, and about how long it takes. Trains nothing.

    Examples:
      actloss plan grid
      actloss plan first.yaml --set seeds.final=20 --json
    """
    from actloss_cli.api.planning import plan_config
    from actloss_cli.config.code_rule import CodeRule
    from actloss_cli.config.load import load_config

    loaded = load_config(config, set_ or [], CodeRule(allow_code, hint=ALLOW_CODE_HINT))
    print_plan(loaded.name, plan_config(loaded, max_trials), workers or default_workers(), as_json=as_json)


def print_plan(name: str, planned: "Plan", n_workers: int, *, as_json: bool) -> None:
    """Measures the plan's size and prints it."""
    from actloss_cli.execute.calibrate import measure, wall_time

    sizes = measure(planned)
    seconds = wall_time(sizes, n_workers)
    if as_json:
        typer.echo(_to_json(name, planned, sizes, n_workers, seconds))
    else:
        from actloss_cli.cli.console import stdout
        from actloss_cli.report.plan_table import render_plan

        render_plan(stdout(), name, sizes, _invalid_by_reason(planned), n_workers, seconds)


def _invalid_by_reason(planned: "Plan") -> dict[str, int]:
    """How many pairings each reason makes invalid."""
    counts: dict[str, int] = {}
    for pairing in planned.pairings:
        if pairing.invalid:
            counts[pairing.invalid] = counts.get(pairing.invalid, 0) + 1
    return counts


def _to_json(name: str, planned: "Plan", sizes: "Mapping[str, TaskSize]", n_workers: int, seconds: float) -> str:
    import json

    pairings = [
        {
            "pairing": one.id,
            "task": one.facts.task.label,
            "activation": one.pairing.activation.label,
            "output": one.pairing.output.label,
            "loss": one.pairing.loss.label,
            "optimizer": one.pairing.optimizer.label,
            "invalid": one.invalid or None,
        }
        for one in planned.pairings
    ]
    totals = {
        key: sum(getattr(size, key) for size in sizes.values())
        for key in ("n_pairings", "n_invalid", "n_tune", "n_final", "n_stacks", "n_loop", "model_steps")
    }
    document = {
        "name": name,
        "workers": n_workers,
        "estimated_s": round(seconds, 1),
        **totals,
        "tasks": {label: asdict(size) for label, size in sizes.items()},
        "pairings": pairings,
    }
    return json.dumps(document, indent=2)
