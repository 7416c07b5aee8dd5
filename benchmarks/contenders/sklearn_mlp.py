"""scikit-learn's MLP on a trial: the same rows, order, initial weights and float32, validated after each epoch.

By `partial_fit`, one call an epoch: `fit` has an order of its own and gives no model before the last epoch.
"""

import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier, MLPRegressor
from threadpoolctl import threadpool_limits

from actloss_cli.datasets import Dataset, load
from actloss_cli.engine.head import head_for
from actloss_cli.engine.problem import Part, epoch_order, problem_for
from actloss_cli.plan.trial import Trial
from benchmarks.contenders.scores import balanced_accuracy, r2
from benchmarks.contenders.starts import Start, starts_of

ACTIVATIONS = {"identity": "identity", "relu": "relu", "tanh": "tanh", "sigmoid": "logistic"}
HEADS = {
    ("multiclass", "identity", "cross_entropy"),
    ("binary", "sigmoid", "bce"),
    ("regression", "identity", "mse"),
}
DIVERGED = "Solver produced non-finite parameter weights."
"""How the error begins that `partial_fit` raises."""
CPU = torch.device("cpu")


def can_train(trial: Trial) -> bool:
    """Whether scikit-learn has the pairing; settings other than momentum are taken for the defaults."""
    pairing = trial.pairing
    return (
        pairing.activation.name in ACTIVATIONS
        and (trial.task.kind, pairing.output.name, pairing.loss.name) in HEADS
        and pairing.optimizer.name in {"adam", "sgd"}
    )


def train_sklearn(trial: Trial) -> float:
    """Trains a trial on one thread; gives its last validation score, NaN where it diverged."""
    _single_thread()
    return _train(trial, load(trial.task.dataset, trial.task.kind))


@cache
def _single_thread() -> threadpool_limits:
    """Once in each process, since it takes as long as some minibatches to find the libraries that have threads."""
    return threadpool_limits(1)


def _train(trial: Trial, dataset: Dataset) -> float:
    head = head_for(trial.task, trial.pairing, len(dataset.classes))
    problem = problem_for(dataset, trial.phase, trial.seed, head.coding, head.n_units, torch.float32, CPU)
    network = _network(trial, dataset.X.shape[1], head.n_units)
    classes = {} if trial.task.kind == "regression" else {"classes": np.arange(len(dataset.classes))}
    X, y = problem.train.X.numpy(), _labels(trial, problem.train)
    score = math.nan
    for epoch in range(trial.task.training.epochs):
        rows = epoch_order(dataset, trial.phase, trial.seed, epoch, len(y)).numpy()
        try:
            network.partial_fit(X[rows], y[rows], **classes)
        except ValueError as error:
            if not str(error).startswith(DIVERGED):
                raise
            return math.nan
        score = _score(trial, network, problem.validation)
    if trial.phase == "final":
        _score(trial, network, problem.test)
    return score


def _network(trial: Trial, n_features: int, n_units: int) -> Any:
    momentum = dict(trial.pairing.optimizer.overrides).get("momentum", 0.0)
    is_regression = trial.task.kind == "regression"
    # its squared error is half of ours, which Adam does not see
    factor = 2 if is_regression and trial.pairing.optimizer.name == "sgd" else 1
    network = (_StartedRegressor if is_regression else _StartedClassifier)(
        hidden_layer_sizes=trial.task.model.units,
        activation=ACTIVATIONS[trial.pairing.activation.name],
        solver=trial.pairing.optimizer.name,
        alpha=0.0,
        batch_size=trial.task.training.batch_size,
        learning_rate_init=trial.lr * factor,
        momentum=momentum,
        nesterovs_momentum=False,
        shuffle=False,  # the rows come in order
    )
    starts = starts_of(trial.task, trial.phase, trial.seed, n_features, n_units)
    network.start = ((W.T.copy(), b.copy()) for W, b in starts)
    return network


class _Started:
    """An MLP that begins at given weights instead of drawing its own."""

    start: Iterator[Start]

    def _init_coef(self, *_: object) -> Start:
        return next(self.start)


class _StartedClassifier(_Started, MLPClassifier):  # type: ignore[misc]
    pass


class _StartedRegressor(_Started, MLPRegressor):  # type: ignore[misc]
    pass


def _labels(trial: Trial, part: Part) -> NDArray[Any]:
    return part.target[:, 0].numpy() if trial.task.kind == "regression" else part.y.numpy()


def _score(trial: Trial, network: Any, part: Part) -> float:
    predicted, y = network.predict(part.X.numpy()), _labels(trial, part)
    return r2(predicted, y) if trial.task.kind == "regression" else balanced_accuracy(predicted, y)
