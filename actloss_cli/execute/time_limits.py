"""How long a stack may take before its worker is taken for hung: a limit that no honest stack comes near."""

from collections.abc import Mapping

from actloss_cli.plan.plan import TaskFacts
from actloss_cli.plan.trial import Stack, Way

LEAST_S = 600.0
"""A machine may swap, sleep or be busy for minutes."""
FACTOR = 100.0
"""Times what the slowest stack so far, of the task and of its way to train, took for each step of each model."""
STEP_S = 0.02
FLOPS_PER_S = 1e8
"""Before the first such stack came back: a step of one model, on a machine slower than any (20 ms and 0.1 GFLOP/s)."""


class TimeLimits:
    """Limits by the size of a stack and by what others took, unless one is fixed; seconds."""

    def __init__(self, tasks: Mapping[str, TaskFacts], fixed_s: float | None) -> None:
        self._tasks, self._fixed_s = tasks, fixed_s
        self._slowest: dict[tuple[str, Way], float] = {}

    def of(self, stack: Stack) -> float:
        """Seconds that this stack may take."""
        if self._fixed_s is not None:
            return self._fixed_s
        seen = self._slowest.get(_key(stack))
        step_s = self._guess(stack) if seen is None else FACTOR * seen
        return max(LEAST_S, self._model_steps(stack) * step_s)

    def note(self, stack: Stack, elapsed_s: float) -> None:
        """Takes in what a stack took that came back."""
        if self._fixed_s is not None:
            return
        key, step_s = _key(stack), elapsed_s / self._model_steps(stack)
        self._slowest[key] = max(step_s, self._slowest.get(key, 0.0))

    def _model_steps(self, stack: Stack) -> int:
        task = stack.trials[0].task
        return len(stack.trials) * task.training.epochs * self._tasks[task.label].steps_per_epoch

    def _guess(self, stack: Stack) -> float:
        task = stack.trials[0].task
        facts = self._tasks[task.label]
        n_products = task.model.n_products(facts.n_features, max(facts.n_classes, 1))
        # Each with a sum, forward and twice backward.
        return STEP_S + 6.0 * n_products * task.training.batch_size / FLOPS_PER_S


def _key(stack: Stack) -> tuple[str, Way]:
    return stack.trials[0].task.label, stack.way
