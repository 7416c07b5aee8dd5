"""Trials as programs for the JAX contender, which knows nothing of actloss: what is compiled, and called with what."""

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar

import numpy as np

from actloss_cli.catalogue import Choice
from actloss_cli.datasets import load, split
from actloss_cli.plan.trial import Pairing, Task, Trial
from benchmarks.contenders.jax_arrays import arrays_of, head_of

LANES = 32
"""Models that one vectorised step holds, about; found best by trial among 1 to 300."""
ACTIVATIONS = {"identity", "relu", "leaky_relu", "elu", "silu", "tanh", "sigmoid"}
OUTPUTS = {"identity", "relu", "sigmoid", "tanh", "softmax", "log_softmax"}
LOSSES = {
    *("mse", "mae", "huber", "bce", "bce_with_logits", "hinge"),
    *("cross_entropy", "categorical_cross_entropy", "nll"),
}
OPTIMIZERS = {"sgd", "adam", "rmsprop", "adagrad"}
Key = TypeVar("Key", bound=Hashable)

Function: TypeAlias = tuple[str, float]
"""A name, and momentum where an optimizer has it, else 0."""
Role: TypeAlias = Literal["activation", "output", "loss", "optimizer"]
ROLES: tuple[Role, ...] = ("activation", "output", "loss", "optimizer")
Scope: TypeAlias = Literal["a pairing", "all activations", "a task"]
SCOPES: Mapping[Scope, tuple[Role, ...]] = {
    "a pairing": ROLES,
    "all activations": ("output", "loss", "optimizer"),
    "a task": (),
}
"""What one program serves, and which functions all that it trains have in common; it chooses among the others while it
runs. Always of one task and phase, with as many output units."""


@dataclass(frozen=True)
class Call:
    """Some rates of one pairing in one phase, with all its seeds."""

    which: dict[Role, int]
    """The place of each function among the program's."""
    coding: str
    threshold: float
    """Above it one unit says that the class is 1."""
    lrs: list[float]
    """As many as in every call of the program; where there are fewer, the last one fills up."""
    trials: list[list[str]]
    """Ids `[S]` and, without what fills up, `[L]`."""


@dataclass(frozen=True)
class Program:
    """What is compiled once and called for one pairing after another."""

    data: str
    """Name of the file with the arrays of its task and phase."""
    kind: str
    functions: dict[Role, list[Function]]
    seeds_together: int
    """Seeds in one vectorised step; the rest follow one after another in the same program."""
    calls: list[Call]
    model_steps: int


def can_train(trial: Trial) -> bool:
    """Whether the JAX contender has the pairing, all of it at its defaults but SGD's momentum."""
    pairing = trial.pairing
    names = ((pairing.activation, ACTIVATIONS), (pairing.output, OUTPUTS), (pairing.loss, LOSSES))
    settable = {"momentum"} if pairing.optimizer.name == "sgd" else set()
    return (
        all(choice.name in known and not choice.overrides for choice, known in names)
        and pairing.optimizer.name in OPTIMIZERS
        and {name for name, _ in pairing.optimizer.overrides} <= settable
    )


def write_programs(trials: Sequence[Trial], whole: Sequence[Trial], scope: Scope, folder: Path) -> None:
    """Writes `programs.json`, those with most model-steps first, and the arrays that they name.

    A program has the functions that those of `whole` with its key have, even if `trials` are but a part of them.
    """
    served: dict[Hashable, set[Pairing]] = {}
    for trial in whole:
        served.setdefault(_key(trial, scope), set()).add(trial.pairing)
    by_key = _by([_key(trial, scope) for trial in trials], trials)
    programs = [_program(members, served[key]) for key, members in by_key.items()]
    for name, members in _by([_data_name(trial) for trial in trials], trials).items():
        np.savez(folder / name, **arrays_of(members))  # type: ignore[arg-type]  # its stubs take any keyword for allow_pickle
    programs.sort(key=lambda program: -program.model_steps)
    (folder / "programs.json").write_text(json.dumps([asdict(program) for program in programs]))


def count_programs(trials: Iterable[Trial], scope: Scope) -> int:
    """How many programs these trials need."""
    return len({_key(trial, scope) for trial in trials})


def _program(members: Sequence[Trial], served: Iterable[Pairing]) -> Program:
    """For these trials; `served` are all pairings that have its key."""
    functions = {role: sorted({_function(pairing, role) for pairing in served}) for role in ROLES}
    by_pairing = _by([trial.pairing for trial in members], members)
    rates = {pairing: sorted({trial.lr for trial in of_one}) for pairing, of_one in by_pairing.items()}
    n_rates = min(map(len, rates.values()))  # a grid that was extended takes another call instead of another program
    calls = []
    for pairing, of_one in by_pairing.items():
        which = {role: functions[role].index(_function(pairing, role)) for role in ROLES}
        parts = (rates[pairing][k : k + n_rates] for k in range(0, len(rates[pairing]), n_rates))
        calls += [_call(of_one, which, lrs, n_rates) for lrs in parts]
    first = members[0]
    return Program(
        data=_data_name(first),
        kind=first.task.kind,
        functions=functions,
        seeds_together=_together(len(calls[0].trials), n_rates),
        calls=calls,
        model_steps=len(members) * first.task.training.epochs * _steps_per_epoch(first.task),
    )


def _call(trials: Sequence[Trial], which: dict[Role, int], lrs: list[float], n_rates: int) -> Call:
    """Of one pairing's trials those at these rates."""
    head = head_of(trials[0].task, trials[0].pairing)
    seeds = sorted({trial.seed for trial in trials})
    ids = {(trial.seed, trial.lr): trial.id for trial in trials}
    return Call(
        which=which,
        coding="one_hot" if head.coding.target == "index" else head.coding.target,
        threshold=head.threshold,
        lrs=lrs + lrs[-1:] * (n_rates - len(lrs)),
        trials=[[ids[seed, lr] for lr in lrs] for seed in seeds],
    )


def _together(n_seeds: int, n_rates: int) -> int:
    """The most seeds that divide all of them and fit into the lanes, at least one."""
    return max((n for n in range(1, n_seeds + 1) if n_seeds % n == 0 and n * n_rates <= LANES), default=1)


def _function(pairing: Pairing, role: Role) -> Function:
    choice: Choice = getattr(pairing, role)
    return choice.name, float(dict(choice.overrides).get("momentum", 0.0))  # type: ignore[arg-type]  # no text or tuple


@cache
def _steps_per_epoch(task: Task) -> int:
    n_train = len(split(load(task.dataset, task.kind), "tune", 0).y_train)
    return -(-n_train // task.training.batch_size)


def _key(trial: Trial, scope: Scope) -> tuple[Hashable, ...]:
    shared = (getattr(trial.pairing, role) for role in SCOPES[scope])
    return trial.task.label, trial.phase, head_of(trial.task, trial.pairing).n_units, *shared


def _data_name(trial: Trial) -> str:
    n_units = head_of(trial.task, trial.pairing).n_units
    return f"{trial.task.label}-{trial.phase}-{n_units}.npz".replace("/", "_")


def _by(keys: Iterable[Key], trials: Iterable[Trial]) -> dict[Key, list[Trial]]:
    found: dict[Key, list[Trial]] = {}
    for key, trial in zip(keys, trials, strict=True):
        found.setdefault(key, []).append(trial)
    return found
