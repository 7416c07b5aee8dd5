"""First and last layers' gradients before the first step, measured by a real run, each beside what theory expects."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import yaml

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.datasets import load, split
from actloss_cli.datasets.dataset import DatasetRef
from actloss_cli.report.export import diagnostics_table, trials_table
from actloss_cli.store.data import RunData
from actloss_cli.theory.depth import DepthProperties, properties_of_widths
from actloss_cli.theory.init_variance import INIT_VARIANCES
from studies.training import train

CONFIG = Path(__file__).with_name("depth.yaml")
DATASET = "digits"
INITS = tuple(INIT_VARIANCES)
NARROW, WIDE = 32, 256
SMALLEST = float(np.finfo(np.float32).tiny)
"""Gradients below it are taken as 0 while training."""


@dataclass(frozen=True)
class Networks:
    """Of one width: the depths, each under every `init`, and how many seeds."""

    width: int
    depths: tuple[int, ...]
    n_seeds: int


@dataclass(frozen=True)
class Compared:
    """Of S seeds, ratios of the first linear layer's gradient to the last's before the first step, and theory's."""

    activation: str
    init: str
    width: int
    depth: int
    weights: tuple[float, ...]
    """`[S]`: `gradient_ratio`, rms of the gradient of the weights, which is a mean over rows."""
    deltas: tuple[float, ...]
    """`[S]`: `delta_rms_1` over `delta_rms_(L+1)`, rms of the gradient at the pre-activations of each row."""
    theory: DepthProperties

    @property
    def is_lost(self) -> bool:
        """Whether float32 has no number for the gradient of the first layer in half of the seeds or more."""
        return float(np.median(self.weights)) < SMALLEST


def run_depths(networks: Sequence[Networks], n_workers: int) -> list[Compared]:
    """Trains `depth.yaml` with a task for each width, depth and `init`; by activation in the config's order."""
    tasks = [_task(of, depth, init) for of in networks for depth in of.depths for init in INITS]
    config = yaml.safe_load(CONFIG.read_text(encoding="utf-8")) | {"tasks": tasks}
    with TemporaryDirectory() as folder:
        path = Path(folder) / CONFIG.name
        path.write_text(yaml.safe_dump(config), encoding="utf-8")
        run = train(path, (), n_workers)
    compared = _compared(run, {task["label"]: task["model"] for task in tasks})
    return sorted(compared, key=lambda one: config["activation"].index(one.activation))


def _task(networks: Networks, depth: int, init: str) -> dict[str, Any]:
    return {
        "kind": "multiclass",
        "dataset": DATASET,
        "label": f"{init}-{networks.width}x{depth}",
        "model": {"hidden": [networks.width] * depth, "init": init},
        "seeds": {"tune": 1, "final": networks.n_seeds},
    }


def _compared(run: RunData, models: dict[str, dict[str, Any]]) -> Iterator[Compared]:
    dataset = load(DatasetRef(DATASET), "multiclass")
    input_rms = float(np.sqrt(np.square(split(dataset, "final", 0).X_train).mean()))
    trials = trials_table(run).set_index("trial")
    finals = trials[trials["phase"] == "final"]
    found = diagnostics_table(run)
    found = found[(found["epoch"] == 0) & found["trial"].isin(finals.index)]
    found = found.join(finals[["task", "activation"]], on="trial")
    for (task, activation), rows in found.groupby(["task", "activation"], sort=False):
        hidden, init = models[str(task)]["hidden"], str(models[str(task)]["init"])
        widths = (dataset.X.shape[1], *hidden, len(dataset.classes))
        deltas = rows[rows["name"] == "delta_rms"].pivot_table("value", "trial", "layer")
        choice = Choice.of(catalogue.find_activation(str(activation)).name)
        yield Compared(
            activation=str(activation),
            init=init,
            width=hidden[0],
            depth=len(hidden),
            weights=tuple(rows.loc[rows["name"] == "gradient_ratio", "value"].tolist()),
            deltas=tuple((deltas[1] / deltas[len(hidden) + 1]).tolist()),
            theory=properties_of_widths(choice, init, widths, input_rms),
        )
