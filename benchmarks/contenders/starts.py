"""The weights that a trial starts from, as numpy arrays for contenders that live outside torch."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from actloss_cli.engine.initialise import initial_weights
from actloss_cli.plan.trial import Phase, Task

Start = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Weight `[O, I]` and bias `[O]` of one layer."""


def starts_of(task: Task, phase: Phase, seed: int, n_features: int, n_units: int) -> Iterator[Start]:
    """Layer by layer; shared with whoever asks for the same, so not to be written to."""
    for depth, shape in enumerate(task.model.weights(n_features, n_units)):
        W, b = initial_weights(task.model.init, phase, seed, depth, *shape)
        yield W.numpy(), b.numpy()
