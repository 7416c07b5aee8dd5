"""How well scikit-learn's models learn a dataset: what a task of the catalogue must and must not ask for."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import balanced_accuracy_score, r2_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier, MLPRegressor

from actloss_cli.datasets import DatasetRef, find_card, load, split


def score(model, name: str) -> float:
    """R² or balanced accuracy on the test rows, after training on the training rows of final seed 0."""
    kind = find_card(name).kind
    rows = split(load(DatasetRef(name), kind), "final", 0)
    measure = r2_score if kind == "regression" else balanced_accuracy_score
    scale = rows.y_train.std() if kind == "regression" else 1
    with warnings.catch_warnings():
        # A set number of epochs is the point.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(rows.X_train, rows.y_train / scale)
    return float(measure(rows.y_test / scale, np.asarray(model.predict(rows.X_test))))


def linear_score(name: str) -> float:
    """Of least squares or logistic regression."""
    regression = find_card(name).kind == "regression"
    return score(LinearRegression() if regression else LogisticRegression(max_iter=1000), name)


def mlp_score(name: str, hidden: tuple[int, ...] = (32, 32), epochs: int = 30, lr: float = 0.01) -> float:
    """Of ReLU layers under Adam, minibatches of 64."""
    model = MLPRegressor if find_card(name).kind == "regression" else MLPClassifier
    return score(
        model(
            hidden_layer_sizes=hidden,
            alpha=0,
            batch_size=64,
            max_iter=epochs,
            n_iter_no_change=epochs,
            learning_rate_init=lr,
            random_state=0,
        ),
        name,
    )


def neighbour_score(name: str) -> float:
    """Of the five nearest neighbours' vote."""
    return score(KNeighborsClassifier(5), name)
