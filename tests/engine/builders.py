"""Small datasets and trials for tests of the engine."""

from dataclasses import replace

import numpy as np

from actloss_cli.catalogue import Choice
from actloss_cli.datasets import Dataset
from actloss_cli.datasets.dataset import DatasetRef
from actloss_cli.plan.trial import Model, ModelSpec, Pairing, Task, TrainingSpec, Trial

STANDARD = {
    "regression": ("identity", "mse"),
    "binary": ("sigmoid", "bce"),
    "multiclass": ("identity", "cross_entropy"),
}
"""A matching output and loss per kind."""


def make_dataset(kind: str, n_rows: int = 240, n_features: int = 5) -> Dataset:
    """Separable enough to learn from, with every class in every part."""
    rng = np.random.default_rng(7)
    X = rng.normal(size=(n_rows, n_features))
    signal = X[:, 0] - X[:, 1] * X[:, 2]
    if kind == "regression":
        y = 40 + 12 * signal + rng.normal(size=n_rows)
        classes: tuple[str, ...] = ()
    else:
        n_classes = 2 if kind == "binary" else 4
        y = np.clip(np.digitize(signal, np.quantile(signal, np.linspace(0, 1, n_classes + 1)[1:-1])), 0, n_classes - 1)
        classes = tuple(str(c) for c in range(n_classes))
    test = np.arange(0, n_rows, 4)
    features = tuple(f"x{i}" for i in range(n_features))
    return Dataset(
        name=f"toy {kind}",
        kind=kind,
        X=X,
        y=y,
        test=test,
        features=features,
        classes=classes,
        fingerprint=f"toy-{kind}-{n_rows}-{n_features}",
    )


def make_trial(
    kind: str = "binary",
    activation: Choice | str = "relu",
    output: Choice | str | None = None,
    loss: Choice | str | None = None,
    optimizer: Choice | str = "adam",
    *,
    lr: float = 1e-2,
    phase: str = "tune",
    seed: int = 0,
    hidden: tuple[int, ...] = (16, 16),
    batch_size: int = 32,
    epochs: int = 3,
    init: str = "torch",
    model: Model | None = None,
) -> Trial:
    """A trial on `make_dataset(kind)`; of a plain MLP unless a model is given."""
    standard_output, standard_loss = STANDARD[kind]
    model = model or ModelSpec(hidden, init)
    task = Task("toy", kind, DatasetRef("toy"), f"toy-{kind}", model, TrainingSpec(epochs, batch_size))
    pairing = Pairing(
        _choice(activation), _choice(output or standard_output), _choice(loss or standard_loss), _choice(optimizer)
    )
    return Trial(task, pairing, lr, phase, seed)


def with_lr(trial: Trial, lr: float) -> Trial:
    return replace(trial, lr=lr)


def _choice(function: Choice | str) -> Choice:
    return function if isinstance(function, Choice) else Choice.of(function)
