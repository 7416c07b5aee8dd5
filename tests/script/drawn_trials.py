"""Draws trials at random over kinds, datasets, functions, settings and learning rates, as a config that runs them."""

import random

import yaml

from actloss_cli.catalogue import KINDS, OPTIMIZERS, Choice
from actloss_cli.catalogue.spec import CLIPS, SCHEDULES
from actloss_cli.config.axes import DEFAULT_AXES
from actloss_cli.config.entries import REGISTRY, ROLES
from actloss_cli.engine.initialise import INITS
from actloss_cli.plan.learning_rates import base_grid
from actloss_cli.plan.trial import LrRule, Pairing
from actloss_cli.plan.validity import invalid_reason

DATASETS = {
    "regression": ("linear", "sine", "friedman1", "friedman1_outliers", "counts", "diabetes"),
    "binary": ("moons", "moons_label_noise", "circles", "xor", "imbalanced", "two_spirals", "breast_cancer"),
    "multiclass": ("blobs", "gaussian_quantiles", "iris", "wine", "digits", "digits_label_noise"),
}
BUDGETS = (
    {"model": {"hidden": [16]}, "training": {"epochs": 8, "batch_size": 64}},
    {"model": {"hidden": [32, 32]}, "training": {"epochs": 30, "batch_size": 64}},
)
"""That of the smoke grid and that of the main one."""


def drawn_config(n: int, seed: int) -> str:
    """A config of n tasks of one pairing each, in turn of each kind and of the two budgets."""
    rng = random.Random(seed)
    tasks = [_task(rng, KINDS[i % 3], BUDGETS[i // 3 % 2], f"drawn {i}") for i in range(n)]
    return yaml.safe_dump({"name": "drawn", "tasks": tasks, "seeds": {"tune": 1, "final": 2}}, sort_keys=False)


def _task(rng: random.Random, kind: str, budget: dict, label: str) -> dict:
    """Of outputs and losses half are the usual ones: of all, most would make no sense together."""
    while True:
        pairing = Pairing(*(Choice.of(_name(rng, kind, role)) for role in ROLES))
        if not invalid_reason(pairing, kind):
            break
    optimizer = {"name": pairing.optimizer.name}
    sizes_its_steps = next(spec.sizes_its_steps for spec in OPTIMIZERS if spec.name == pairing.optimizer.name)
    if rng.random() < 0.3 and not sizes_its_steps:
        optimizer |= {"schedule": rng.choice(SCHEDULES), "clip": rng.choice(CLIPS)}
    loss = {"name": pairing.loss.name}
    if kind != "regression" and rng.random() < 0.2:
        loss |= {"class_weight": "balanced"}
    return {
        "label": label,
        "kind": kind,
        "dataset": rng.choice(DATASETS[kind]),
        "activation": pairing.activation.name,
        "output": pairing.output.name,
        "loss": loss,
        "optimizer": optimizer,
        "lr": rng.choice(base_grid(LrRule(points=5), pairing.optimizer)),
        "model": budget["model"] | {"init": rng.choice(list(INITS))},
        "training": budget["training"],
    }


def _name(rng: random.Random, kind: str, role: str) -> str:
    usual = [choice.name for choice in DEFAULT_AXES[role][kind]]
    every = [spec.name for spec in REGISTRY[role]]
    return rng.choice(usual if rng.random() < 0.5 else every)
