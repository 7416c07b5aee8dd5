"""docs/performance.md: bars, figure, a section per part, machine. Written from raw numbers alone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from actloss_cli.report.markdown import plain, table
from benchmarks import sections
from benchmarks.bars import Bar, bars_of
from benchmarks.figure import write_figure
from benchmarks.limits import limits_of
from benchmarks.machine import Machine
from benchmarks.measured import Measured

FIGURE = "performance/contenders.svg"
READING = """\
A *model-step* is one minibatch of one trial: forward, backward, update. The *plain loop* is `nn.Module` and
`torch.optim`, one model at a time (`actloss_cli/engine/plain.py`). Every contender uses the same rows,
minibatches, epochs and initial weights, and validates after each epoch. Numbers are medians over the
repetitions of one session, with quartiles in brackets. Contenders took turns within each repetition, and
ratios are taken within it, so that a machine whose speed drifts is fair to all. A trial counts with its whole
budget of steps; whoever stops one that diverged (actloss, the plain loop and scikit-learn do, JAX does not)
gets credit for steps that were not run. The raw numbers are in
[performance/measured.json](performance/measured.json)."""
SECTIONS: dict[str, tuple[str, Callable[[Any], Iterator[str]]]] = {
    "main_grid": ("The main grid, end to end", sections.main_grid),
    "contest": ("One job that all can do", sections.contest),
    "loop_floor": ("The training loop against its matrix products", sections.loop_floor),
    "shares": ("Where a stack's time goes", sections.shares),
    "scaling": ("Cost against work", sections.scaling),
    "sizes": ("Over sizes", sections.sizes),
}
"""Heading and text of each part, in the page's order."""


def write_page(measured: Measured, folder: Path) -> None:
    """Writes performance.md, and its figure into performance/."""
    (folder / FIGURE).parent.mkdir(parents=True, exist_ok=True)
    has_figure = write_figure(measured, folder / FIGURE)
    text = "\n\n".join(_paragraphs(measured, has_figure))
    (folder / "performance.md").write_text(text + "\n", encoding="utf-8", newline="\n")


def _paragraphs(measured: Measured, has_figure: bool) -> Iterator[str]:
    yield "# Performance"
    yield "Written by `make bench`, which takes most of an hour; `make bench-quick` tries everything in minutes."
    yield _bars(list(bars_of(measured)))
    if has_figure:
        yield f"![Cost of a model-step per contender, and of a trial by number of trials]({FIGURE})"
    yield READING
    if limits := list(limits_of(measured)):
        yield "## What stands in the way"
        yield from limits
    sessions = _sessions(measured)
    for part, (heading, write) in SECTIONS.items():
        found = getattr(measured, part)
        if found is None:
            continue
        yield f"## {heading}"
        if len(sessions) > 1:
            machine = measured.machines[part]
            yield f"Measured {machine.started}, {plain(machine.code)}."
        yield from write(found)
    yield "## Machine"
    for machine, parts in sessions:
        if len(sessions) > 1:
            yield f"For {', '.join(SECTIONS[part][0] for part in parts)}:"
        facts = {"date": machine.started, "command": machine.command, "code": machine.code} | machine.facts
        yield table(("", ""), [(name, plain(value)) for name, value in facts.items()])


def _bars(bars: list[Bar]) -> str:
    rows = [
        (
            plain(bar.what),
            f"{'≥' if bar.higher_is_better else '≤'} {bar.bound:g}{bar.unit}",
            f"{bar.aim:g}{bar.unit}" if bar.aim is not None else "",
            bar.measured.text(bar.unit) if bar.measured else f"no ratio: {plain(bar.why_not)}",
            "aim met" if bar.is_aim_met else "met" if bar.is_met else "**not met**",
        )
        for bar in bars
    ]
    return table(("what", "bar", "aim", "measured", ""), rows)


def _sessions(measured: Measured) -> list[tuple[Machine, list[str]]]:
    """Each session with the parts that are there from it, in the page's order."""
    found: list[tuple[Machine, list[str]]] = []
    for part in SECTIONS:
        if part not in measured.machines:
            continue
        machine = measured.machines[part]
        parts = next((parts for known, parts in found if known == machine), None)
        if parts is None:
            found.append((machine, [part]))
        else:
            parts.append(part)
    return found
