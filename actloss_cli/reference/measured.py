"""Looks up what the shipped reference grid measured for an output and a loss, whatever the rest of the pairing."""

import csv
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from statistics import median

from actloss_cli.theory.facts import number

FOLDER = Path(__file__).parent
TABLE, PROVENANCE = FOLDER / "pairings.csv", FOLDER / "provenance.json"
VERSION = 1
"""Of the columns."""
_WORKING = ("works", "slow")
_USUAL = ("relu", "adam")
"""Activation and optimizer of the pairings that one is compared in: those that most people begin with."""


@dataclass(frozen=True)
class Pairing:
    """One row; NaN where there is no number, steps infinite where the target was never reached."""

    kind: str
    dataset: str
    activation: str
    output: str
    loss: str
    optimizer: str
    score: float
    relative: float
    """Share of the reference's gain over the floor."""
    steps: float
    """To 90 % of the reference's gain on validation."""
    log_loss: float
    verdict: str
    cause: str


@dataclass(frozen=True)
class Measured:
    """All pairings of one output and one loss on one dataset."""

    dataset: str
    pairings: tuple[Pairing, ...]

    @property
    def n_working(self) -> int:
        """Of them, those that work."""
        return sum(pairing.verdict in _WORKING for pairing in self.pairings)

    @property
    def relative(self) -> float:
        """The median; NaN if none has one."""
        known = [pairing.relative for pairing in self.pairings if math.isfinite(pairing.relative)]
        return median(known) if known else math.nan

    @property
    def sentence(self) -> str:
        """`digits: 27 of 35 pairings work, median 98 % of the reference's gain; impaired 8`."""
        counts = Counter(p.verdict for p in self.pairings if p.verdict not in _WORKING)
        rest = ", ".join(f"{verdict} {n}" for verdict, n in counts.most_common(2))
        gain = f", median {100 * self.relative:.0f} % of the reference's gain" if math.isfinite(self.relative) else ""
        said = f"{self.dataset}: {self.n_working} of {len(self.pairings)} pairings work{gain}"
        return f"{said}; {rest}" if rest else said


def measured_for(kind: str, output: str, loss: str) -> tuple[Measured, ...]:
    """By dataset, in the grid's order; empty where the grid has no such pairing."""
    found: dict[str, list[Pairing]] = {}
    for pairing in _pairings():
        if (pairing.kind, pairing.output, pairing.loss) == (kind, output, loss):
            found.setdefault(pairing.dataset, []).append(pairing)
    return tuple(Measured(dataset, tuple(pairings)) for dataset, pairings in found.items())


def cost_of(kind: str | None, output: str, loss: str, remedy: Mapping[str, str]) -> str:
    """What a pairing cost beside the same with `remedy` (role to name), relu and adam in both; "" if not measured.

    `on digits: score -0.3 points, log loss 11 times, 1.4 times the steps`
    """
    other_output, other_loss = remedy.get("output", output), remedy.get("loss", loss)
    if kind is None or (other_output, other_loss) == (output, loss):
        return ""
    theirs = {p.dataset: p for p in _usual(kind, other_output, other_loss)}
    told = [_beside(ours, theirs[ours.dataset]) for ours in _usual(kind, output, loss) if ours.dataset in theirs]
    return "; ".join(one for one in told if one)


def _usual(kind: str, output: str, loss: str) -> Sequence[Pairing]:
    rows = [p for measured in measured_for(kind, output, loss) for p in measured.pairings]
    return [p for p in rows if (p.activation, p.optimizer) == _USUAL]


def _beside(ours: Pairing, theirs: Pairing) -> str:
    parts = []
    if math.isfinite(ours.score) and math.isfinite(theirs.score):
        parts.append(f"score {round(100 * (ours.score - theirs.score), 1) + 0.0:+.1f} points")
    if ours.log_loss > 0 and theirs.log_loss > 0:
        parts.append(f"log loss {number(ours.log_loss / theirs.log_loss)} times")
    if math.isfinite(theirs.steps):
        parts.append(
            f"{number(ours.steps / theirs.steps)} times the steps"
            if math.isfinite(ours.steps)
            else "never at the target"
        )
    if ours.verdict == "invalid":
        return f"on {ours.dataset}: invalid"
    return f"on {ours.dataset}: {', '.join(parts)}" if parts else ""


COLUMNS = [field.name for field in fields(Pairing)]
"""Of the table."""


@cache
def _pairings() -> tuple[Pairing, ...]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        Pairing(
            kind=row["kind"],
            dataset=row["dataset"],
            activation=row["activation"],
            output=row["output"],
            loss=row["loss"],
            optimizer=row["optimizer"],
            score=_number(row["score"]),
            relative=_number(row["relative"]),
            steps=_number(row["steps"]),
            log_loss=_number(row["log_loss"]),
            verdict=row["verdict"],
            cause=row["cause"],
        )
        for row in rows
    )


def _number(text: str) -> float:
    return float(text) if text else math.nan


def provenance() -> Mapping[str, object]:
    """When, with which versions and on what machine it was measured."""
    found: dict[str, object] = json.loads(PROVENANCE.read_text(encoding="utf-8"))
    return found
