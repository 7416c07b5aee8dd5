"""Draws rows at random: streams that are seeded by name, how far their values are kept, the share that is held out."""

import numpy as np
from numpy.typing import NDArray

from actloss_cli.seeding import derive_seed


def stream(*name: str | int) -> np.random.RandomState:
    """The random stream of that name, as scikit-learn takes it; the same numbers whenever it is asked for."""
    return np.random.RandomState(np.random.MT19937(derive_seed(*name)))


def rounded(values: NDArray[np.float64], decimals: int = 9) -> NDArray[np.float64]:
    """The values without their last bits: those of a sine differ between machines, and a fingerprint would follow them.

    Six decimals for values in the hundreds, whose last bits reach further.
    """
    return values.round(decimals)


def hold_out(
    rows: NDArray[np.int64],
    share: float,
    random: np.random.RandomState,
    classes: NDArray[np.int64] | None,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Parts `rows` `[N]` into those kept and the held-out share (rounded up), both in ascending order.

    `classes` `[N]` makes the parts stratified: each class has its share of both within one row. Raises ValueError
    where a class has fewer than two rows, or a part fewer rows than there are classes.
    """
    from sklearn.model_selection import train_test_split

    kept, held = train_test_split(rows, test_size=share, random_state=random, stratify=classes)
    return np.sort(kept), np.sort(held)
