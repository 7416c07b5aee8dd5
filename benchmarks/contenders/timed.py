"""What each contender gives back."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Timed:
    """Wall time of some trials on all workers together."""

    seconds: float
    n_trials: int
    model_steps: int
    compile_s: float = 0.0
    """Of the seconds, those that a worker spent compiling, in the mean."""
    execute_s: float = 0.0
    """Of the seconds, those that a worker then spent running what it had compiled, in the mean."""

    @property
    def us_per_step(self) -> float:
        """Microseconds per model-step, all workers together."""
        return self.seconds / self.model_steps * 1e6


@dataclass(frozen=True)
class Trained:
    """What it took, and what came out."""

    timed: Timed
    scores: Mapping[str, float]
    """Validation score after the last epoch by trial; NaN where it diverged."""
