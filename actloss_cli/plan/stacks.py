"""Groups trials into stacks: same task, phase, output, loss and optimizer; sorted by activation; sized for the cache.

How trials are packed never shows in their numbers, so this is about speed alone.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from actloss_cli import catalogue
from actloss_cli.plan.trial import Stack, Trial

LARGEST_STACK = 256
LARGEST_LOOP = 4
"""Trials that are handed out together where the plain loop trains them: each takes seconds."""
WORKING_SET = 6_000_000
"""Floats of parameters, gradients, optimizer state and activations that a stack may hold: 24 MB."""


def stack_trials(trials: Iterable[Trial], n_features: int, n_units: int) -> list[Stack]:
    """Stacks in a stable order, each as even in size as the limit allows."""
    groups: defaultdict[tuple[object, ...], list[Trial]] = defaultdict(list)
    for trial in trials:
        pairing = trial.pairing
        groups[trial.task.label, trial.phase, pairing.output, pairing.loss, pairing.optimizer].append(trial)
    return [stack for group in groups.values() for stack in _cut(group, n_features, n_units)]


def count_stacks(n_trials: int, like: Trial, n_features: int, n_units: int) -> int:
    """How many stacks as many trials like this one make."""
    return -(-n_trials // largest_stack(like, n_features, n_units))


def _cut(trials: list[Trial], n_features: int, n_units: int) -> list[Stack]:
    trials = sorted(trials, key=lambda trial: (trial.pairing.activation.label, trial.lr, trial.seed))
    n_stacks = count_stacks(len(trials), trials[0], n_features, n_units)
    bounds = [len(trials) * k // n_stacks for k in range(n_stacks + 1)]
    return [Stack(tuple(trials[a:b])) for a, b in pairwise(bounds)]


def largest_stack(trial: Trial, n_features: int, n_units: int) -> int:
    """How many trials like this one share a stack."""
    if not catalogue.optimizer(trial.pairing.optimizer.name).stackable:
        return LARGEST_LOOP
    widths = [n_features, *trial.task.model.hidden, n_units]
    n_parameters = sum((n_in + 1) * n_out for n_in, n_out in pairwise(widths))
    n_activations = 2 * sum(widths) * trial.task.training.batch_size
    return max(2, min(LARGEST_STACK, WORKING_SET // (5 * n_parameters + n_activations)))
