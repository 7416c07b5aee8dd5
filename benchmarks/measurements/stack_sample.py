"""Stacks of the main grid for measurements inside one process: as a run packs them, or of a given size.

Only what the engine trains side by side; the plain loop has no stacks to measure.
"""

from collections.abc import Iterator

from actloss_cli.plan.learning_rates import base_grid
from actloss_cli.plan.plan import Group, Plan, PlannedPairing
from actloss_cli.plan.stacks import choose_way
from actloss_cli.plan.trial import Phase, Stack, Trial, Way


def sample_groups(plan: Plan, n: int) -> list[Group]:
    """So many groups that train in stacks at equal distances in the plan's order, or all of them."""
    groups = [group for group in plan.groups() if _way(group) == "stack"]
    n = min(n, len(groups))
    return [groups[k * len(groups) // n] for k in range(n)]


def packed_stacks(group: Group) -> Iterator[Stack]:
    """A group's tune stacks, and final ones at the middle of the base grid."""
    tune: list[Trial] = []
    final: list[Trial] = []
    for planned in group.pairings:
        tune += planned.ask({}).missing
        rates = _rates(planned)
        final += _trials(planned, (rates[len(rates) // 2],), "final", planned.facts.task.seeds.final)
    yield from group.stacks(tune)
    yield from group.stacks(final)


def sized_stack(group: Group, size: int) -> Stack:
    """The group's tune trials over as many seeds as the size asks for, thinned out evenly to it."""
    n_per_seed = sum(len(_rates(planned)) for planned in group.pairings)
    n_seeds = -(-size // n_per_seed)
    trials = [trial for planned in group.pairings for trial in _trials(planned, _rates(planned), "tune", n_seeds)]
    trials.sort(key=lambda trial: (trial.pairing.activation.label, trial.lr, trial.seed))
    return Stack(tuple(trials[k * len(trials) // size] for k in range(size)), "stack")


def _way(group: Group) -> Way:
    first = group.pairings[0]
    return choose_way(first.ask({}).trials[0])


def _rates(planned: PlannedPairing) -> tuple[float, ...]:
    return base_grid(planned.facts.task.lr, planned.pairing.optimizer)


def _trials(planned: PlannedPairing, rates: tuple[float, ...], phase: Phase, n_seeds: int) -> list[Trial]:
    return [Trial(planned.facts.task, planned.pairing, lr, phase, seed) for lr in rates for seed in range(n_seeds)]
