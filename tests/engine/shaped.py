"""What tests of all models but the plain MLP share: a stacked trial against the plain loop, and against itself."""

import numpy as np
import pytest
import torch

from actloss_cli.engine.plain import PlainTraining
from actloss_cli.engine.train import StackedTraining
from tests.engine.test_packing import assert_same_bits, run, sorted_for_stack

TOLERANCE = {torch.float32: 1e-4, torch.float64: 1e-9}
CASES = [
    *((name, torch.float64) for name in ("tanh", "prelu", "rrelu", "softmax")),
    *((name, torch.float32) for name in ("tanh", "prelu")),
]
"""A declared gradient, a learnt parameter, random numbers, a function along the features; in single precision too."""


def plain_parameters(model):
    """In the stack's order: weight and bias of each layer, then what activations learn."""
    of_layers = [parameter for module in model.weighted for parameter in module.parameters(recurse=False)]
    learnt = [other for other in model.parameters() if not any(other is one for one in of_layers)]
    return [parameter.detach() for parameter in of_layers + learnt]


def assert_near(found, expected, tolerance):
    found, expected = np.asarray(found), np.asarray(expected)
    assert np.abs(found - expected).max() <= tolerance * np.abs(expected).max()


def assert_as_in_the_plain_loop(trial, dataset, dtype, neighbours=()):
    """In what it learns, in its curves, on the test rows, and in what is diagnosed."""
    tolerance, trials = TOLERANCE[dtype], sorted_for_stack([trial, *neighbours])
    stacked, plain = StackedTraining(trials, dataset, dtype=dtype), PlainTraining(trial, dataset, dtype=dtype)
    place = trials.index(trial)
    found, expected = stacked.run()[place], plain.run()
    assert found.status == expected.status == "done"
    for one, other in zip(stacked.model.parameters_of(place), plain_parameters(plain.model), strict=True):
        assert_near(one.reshape(other.shape), other, tolerance)
    for name, curve in expected.curves.items():
        assert_near(found.curves[name], curve, max(tolerance, 1e-6))  # curves are float32
    assert found.metrics.keys() == expected.metrics.keys()
    for name, value in expected.metrics.items():
        assert found.metrics[name] == pytest.approx(value, rel=tolerance, abs=tolerance), name
    np.testing.assert_allclose(found.diagnostics, expected.diagnostics, rtol=max(10 * tolerance, 1e-5), atol=1e-6)


def assert_packing_does_not_show(trials, dataset):
    """Each trial has the same bits alone, beside all others, beside some, and on two threads."""
    trials = sorted_for_stack(trials)
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        whole = run(trials, dataset)
        packed = [run(trials[::2], dataset), *(run([trial], dataset) for trial in trials)]
        torch.set_num_threads(2)
        packed.append(run(trials, dataset))
    finally:
        torch.set_num_threads(threads)
    for outcomes in packed:
        for trial_id, outcome in outcomes.items():
            assert_same_bits(outcome, whole[trial_id])
