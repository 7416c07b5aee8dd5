"""Generated sequences that ask for memory: what counts is marked, and lies anywhere. Half of the rows are the test set.

A row is flat, channel after channel, as `Dataset.shape` says.
"""

import numpy as np

from actloss_cli.datasets.assembly import HALF, classification, regression
from actloss_cli.datasets.dataset import Dataset
from actloss_cli.datasets.rows import rounded, stream

STEPS = 20
_N_ROWS = 6000
_SYMBOLS = ("X", "Y", "a", "b", "c", "d")
"""Those that tell the class, and those that distract."""
_ORDERS = ("XX", "XY", "YX", "YY")


def adding() -> Dataset:
    """The sum of two marked values among twenty in [0, 1], one marked in each half.

    Channels: values, and marks that are 1 at the two and else 0 (Hochreiter & Schmidhuber, 1997, experiment 4, in the
    form of Le, Jaitly & Hinton, 2015).
    """
    random = stream("adding")
    values = rounded(random.uniform(size=(_N_ROWS, STEPS)))
    rows = np.arange(_N_ROWS)
    first, second = random.randint(0, STEPS // 2, size=_N_ROWS), random.randint(STEPS // 2, STEPS, size=_N_ROWS)
    marks = np.zeros((_N_ROWS, STEPS))
    marks[rows, first] = marks[rows, second] = 1
    y = rounded(values[rows, first] + values[rows, second])
    return regression("adding", np.hstack([values, marks]), y, _named(("value", "mark")), HALF, (2, STEPS))


def symbol_order() -> Dataset:
    """Which of X and Y come first and second, among distracting a to d (Hochreiter & Schmidhuber, 1997, experiment 6).

    One channel per symbol, 1 where it stands. X or Y stand at two steps, drawn from all twenty.
    """
    random = stream("symbol_order")
    y = np.repeat(np.arange(len(_ORDERS)), _N_ROWS // len(_ORDERS))
    symbols = random.randint(2, len(_SYMBOLS), size=(_N_ROWS, STEPS))
    places = np.sort(random.uniform(size=(_N_ROWS, STEPS)).argsort(axis=1)[:, :2], axis=1)
    np.put_along_axis(symbols, places, np.stack([y // 2, y % 2], axis=1), axis=1)
    X = (symbols[:, None, :] == np.arange(len(_SYMBOLS))[:, None]).astype(np.float64)  # (N, symbols, steps)
    return classification(
        "symbol_order", X.reshape(_N_ROWS, -1), y, _named(_SYMBOLS), _ORDERS, HALF, (len(_SYMBOLS), STEPS)
    )


def _named(channels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{channel}_{step}" for channel in channels for step in range(1, STEPS + 1))
