"""Groups trials into stacks: same task, phase, output, loss and optimizer; sorted by activation; sized for the cache.

How trials are packed never shows in their numbers, so this is about speed alone.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.plan.own_models import OwnModelSpec
from actloss_cli.plan.shaped_models import ConvolutionSpec
from actloss_cli.plan.trial import Pairing, Stack, Task, Trial, Way

LARGEST_STACK = 256
WORKING_SET = 4_000_000
"""Floats of parameters, gradients, optimizer state and activations that a stack may hold: 16 MB."""


def stack_trials(trials: Iterable[Trial], n_features: int, n_units: int) -> list[Stack]:
    """Stacks in a stable order, each as even in size as the limit allows."""
    groups: defaultdict[tuple[object, ...], list[Trial]] = defaultdict(list)
    for trial in trials:
        pairing = trial.pairing
        of_task = trial.task.label, trial.phase, choose_way(trial)
        groups[*of_task, pairing.output, pairing.loss, pairing.optimizer].append(trial)
    return [stack for group in groups.values() for stack in _cut(group, n_features, n_units)]


def count_stacks(n_trials: int, like: Trial, n_features: int, n_units: int) -> int:
    """How many stacks as many trials like this one make."""
    return -(-n_trials // largest_stack(like, n_features, n_units))


def _cut(trials: list[Trial], n_features: int, n_units: int) -> list[Stack]:
    trials = sorted(trials, key=lambda trial: (trial.pairing.activation.label, trial.lr, trial.seed))
    n_stacks = count_stacks(len(trials), trials[0], n_features, n_units)
    bounds = [len(trials) * k // n_stacks for k in range(n_stacks + 1)]
    way = choose_way(trials[0])
    return [Stack(tuple(trials[a:b]), way) for a, b in pairwise(bounds)]


def choose_way(trial: Trial) -> Way:
    """That of its pairing on its task."""
    return way_of(trial.task, trial.pairing)


def way_of(task: Task, pairing: Pairing) -> Way:
    """By the functions: side by side models of every size that was tried are faster than one after another.

    An optimizer that asks more of a weight than its own gradient sees a stack's filters as matrices, which they are not
    in torch: convolutions, and models of a user's own, go one by one there.
    """
    optimizer = catalogue.optimizer(pairing.optimizer.name)
    fits = optimizer.elementwise or not isinstance(task.model, ConvolutionSpec | OwnModelSpec)
    if isinstance(task.model, OwnModelSpec):
        fits = fits and task.model.stacks and _is_fixed(pairing.activation)
    keeps_apart = all(spec.keeps_trials_apart for spec in pairing.specs.values())
    return "stack" if optimizer.stackable and fits and keeps_apart else "loop"


def _is_fixed(activation: Choice) -> bool:
    """Whether it neither learns nor draws random numbers, for which a model that a factory makes has no place."""
    spec = catalogue.activation(activation.name)
    return not (spec.stochastic or spec.learnable_for(activation.hyper(spec)))


def largest_stack(trial: Trial, n_features: int, n_units: int) -> int:
    """How many trials like this one share a stack; the plain loop's go one by one, since each may take long.

    So a stop waits for one training of each worker at most, and a worker that dies costs one.
    """
    if choose_way(trial) == "loop":
        return 1
    n_activations = trial.task.model.n_values(n_features, n_units) * trial.task.training.batch_size
    floats = 5 * _n_parameters(trial, n_features, n_units) + n_activations
    return max(2, min(LARGEST_STACK, WORKING_SET // floats))


def _n_parameters(trial: Trial, n_features: int, n_units: int) -> int:
    """Weights and biases of one model."""
    return sum(math.prod(shape) + shape[0] for shape in trial.task.model.weights(n_features, n_units))
