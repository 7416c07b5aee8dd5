"""Draws of simulated comparisons that stand exactly at the limit of a rule; they are judged elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from actloss_cli.analysis.evidence import TaskFacts
from actloss_cli.plan.selection import Floats
from studies.judged import Drawn
from studies.noise import NOISES, RowDraw, classified_rows, regression_rows, still_rows

SPREAD = 0.03
"""Standard deviation, in score, of what a seed does to the pairing alone."""
STEADY = 0.01
"""Likewise of what it does to the reference alone, and of what it does to both."""
SLOWEST = 60
"""Epochs of a simulated training whose speed counts."""


@dataclass(frozen=True)
class Setup:
    """What a score is measured on. N rows."""

    kind: str
    draw: RowDraw
    strata: NDArray[np.int64]
    """`[N]`"""
    floor: float
    top: float
    """The reference's true score."""


SETUPS: Mapping[str, Setup] = {
    "none": Setup("binary", still_rows, np.zeros(400, np.int64), 0.5, 0.9),
    "400, two classes": Setup("binary", classified_rows, np.repeat([0, 1], [240, 160]), 0.5, 0.9),
    "1,000, two classes": Setup("binary", classified_rows, np.repeat([0, 1], [600, 400]), 0.5, 0.9),
    "400, regression": Setup("regression", regression_rows, np.zeros(400, np.int64), 0.0, 0.8),
}
"""By the rows that are drawn anew in each repetition."""


def task_of(rows: str, n: int, epochs: int = 1) -> TaskFacts:
    """A task with such test rows and n final seeds."""
    setup = SETUPS[rows]
    return TaskFacts(
        label=rows,
        kind=setup.kind,
        n_hidden=1,
        floor=setup.floor,
        n_tune=1,
        n_final=n,
        epochs=epochs,
        steps_per_epoch=10,
        strata=setup.strata,
    )


def at_share(rng: Generator, *, noise: str, rows: str, n: int, share: float) -> tuple[Drawn, Drawn]:
    """A pairing that keeps just that share of what its reference gains, and the reference."""
    setup = SETUPS[rows]
    common, steady = STEADY * rng.standard_normal((2, n))
    gain = setup.top - setup.floor
    pairing = setup.floor + share * gain + common + SPREAD * NOISES[noise](rng, n)
    reference = setup.top + common + steady
    x, r = setup.draw(rng, np.stack([pairing, reference]), setup.strata)
    return Drawn(x, np.ones(n)), Drawn(r, np.ones(n))


def twice_as_slow(rng: Generator, *, n: int) -> tuple[Drawn, Drawn]:
    """On each seed as good as its reference; the median ratio of epochs is 2, and none is exactly 2."""
    _, reference = at_share(rng, noise="normal", rows="none", n=n, share=1.0)
    epochs = rng.integers(8, 24, n)
    more_or_less = rng.choice([-1, 1], n) * rng.integers(1, 8, n)
    slow = 2 * epochs + more_or_less
    return Drawn(reference.rows, slow.astype(np.float64)), Drawn(reference.rows, epochs.astype(np.float64))


def collapsing(rng: Generator, *, n: int, rate: float) -> tuple[Drawn, Drawn]:
    """On each seed as good as its reference, or, with that probability, at the floor."""
    _, reference = at_share(rng, noise="normal", rows="none", n=n, share=1.0)
    is_lost = rng.random(n) < rate
    rows: Floats = np.where(is_lost[:, None], SETUPS["none"].floor, reference.rows)
    return Drawn(rows, reference.epochs), reference
