"""The learning rate over the steps of a training, as a factor on the trial's own; with torch's schedulers' meaning."""

import math
from collections.abc import Callable, Mapping

WARMUP_SHARE = 0.1
"""Of the steps, in which the rate rises."""
STAIRS = 3
STAIR_FACTOR = 0.1


def factor(schedule: str, step: int, n_steps: int) -> float:
    """For the step of that number, from 0, of n_steps."""
    return _FACTORS[schedule](step, n_steps)


def warmup_steps(n_steps: int) -> int:
    """How many steps the rate rises; at least one."""
    return max(1, math.ceil(WARMUP_SHARE * n_steps))


def stair_steps(n_steps: int) -> int:
    """How many steps the rate stays on one stair."""
    return max(1, math.ceil(n_steps / STAIRS))


def _cosine(step: int, n_steps: int) -> float:
    """Half a cosine from 1 towards 0 (Loshchilov & Hutter, 2017; `CosineAnnealingLR`)."""
    return (1 + math.cos(math.pi * step / n_steps)) / 2


def _warmup(step: int, n_steps: int) -> float:
    """In equal parts up to 1, then constant (`LinearLR`)."""
    return min(1.0, (step + 1) / warmup_steps(n_steps))


def _warmup_cosine(step: int, n_steps: int) -> float:
    rising = warmup_steps(n_steps)
    return _warmup(step, n_steps) if step < rising else _cosine(step - rising, n_steps - rising)


_FACTORS: Mapping[str, Callable[[int, int], float]] = {
    "constant": lambda step, n_steps: 1.0,
    "cosine": _cosine,
    "step": lambda step, n_steps: STAIR_FACTOR ** (step // stair_steps(n_steps)),
    "warmup": _warmup,
    "warmup_cosine": _warmup_cosine,
}
