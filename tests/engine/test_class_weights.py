"""Balanced class weights are scikit-learn's, and make a rare class count as much as a common one."""

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight

from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.spec import Coding
from actloss_cli.datasets import load, split
from actloss_cli.datasets.dataset import DatasetRef
from actloss_cli.engine.problem import problem_for
from actloss_cli.engine.train import StackedTraining
from tests.engine.builders import make_trial


@pytest.mark.parametrize(("name", "kind"), [("imbalanced", "binary"), ("digits", "multiclass")])
def test_weights_are_those_of_scikit_learn(name, kind):
    dataset = load(DatasetRef(name), kind)
    y = split(dataset, "final", 3).y_train
    problem = problem_for(dataset, "final", 3, Coding("index", per_class=True), 10, torch.float64, torch.device("cpu"))
    expected = compute_class_weight("balanced", classes=np.unique(y), y=y)
    np.testing.assert_allclose(problem.class_weights, expected)


@pytest.mark.parametrize(
    ("output", "loss"),
    [
        ("sigmoid", "bce"),
        ("identity", "cross_entropy"),
        ("identity", "hinge"),
        ("sigmoid", "mse"),
        ("identity", "focal"),
    ],
)
def test_a_weighted_loss_finds_more_of_the_rare_class(output, loss):
    dataset = load(DatasetRef("imbalanced"), "binary")
    plain, weighted = (
        StackedTraining(
            [
                make_trial("binary", "relu", output, choice, phase="final", seed=seed, epochs=10, hidden=(32, 32))
                for seed in range(3)
            ],
            dataset,
        ).run()
        for choice in (Choice.of(loss), Choice.of(loss, {"class_weight": "balanced"}))
    )
    gains = [w.metrics["score"] - p.metrics["score"] for p, w in zip(plain, weighted, strict=True)]
    assert min(gains) > 0.01
