"""From diagnostics and curves to one number each."""

import numpy as np
import pytest

from actloss_cli.analysis.symptoms import Training, symptoms_of
from actloss_cli.engine.diagnostic_names import diagnostic_epochs, diagnostic_names

E = 30
NAMES, EPOCHS = diagnostic_names(2), diagnostic_epochs(E)
FLAT = np.full((1, E), 0.8)


def points(**values):
    """One trial's `[K, M]`; a number stands for all epochs, a list for each."""
    table = np.full((len(EPOCHS), len(NAMES)), np.nan, np.float32)
    for name, value in values.items():
        table[:, NAMES.index(name)] = value
    return table


def symptoms(*trials, curves=FLAT, diverged=(np.nan,)):
    (found,) = symptoms_of([Training(np.array(trials), np.asarray(curves), np.asarray(diverged, float))], NAMES, EPOCHS)
    return found


def test_dead_units_are_those_of_the_worst_layer_at_the_last_epoch_measured():
    one = points(dead_units_1=[0, 0, 0.1, 0.2, 0.3], dead_units_2=[0, 0, 0.5, 0.9, np.nan])
    assert symptoms(one).dead == pytest.approx(0.9)


def test_the_gradient_ratio_is_the_least_at_the_start():
    assert symptoms(points(gradient_ratio=[0.5, 0.01, np.nan, 0.002, 0.4])).gradient_ratio == pytest.approx(0.01)


def test_over_trials_the_median_counts():
    trials = [points(update_ratio=value) for value in (0.1, 0.2, 9.0)]
    assert symptoms(*trials, curves=np.tile(FLAT, (3, 1)), diverged=[np.nan] * 3).update_ratio == pytest.approx(0.2)


def test_a_score_that_still_rises_and_one_that_fell_from_its_best():
    rising = np.linspace(0.5, 0.8, E)[None]
    assert symptoms(points(), curves=rising).rise == pytest.approx(0.3 * 10 / 29)
    fallen = np.where(np.arange(E) == 4, 0.9, 0.7)[None]
    found = symptoms(points(), curves=fallen)
    assert (found.fall, found.best_epoch) == (pytest.approx(0.2), 5)


def test_trials_without_diagnostics_leave_them_unknown_and_their_curves_known():
    found = symptoms()
    assert np.isnan(found.dead)
    assert found.fall == 0


def test_diverged_trials_are_counted_with_their_median_epoch():
    found = symptoms(curves=np.tile(FLAT, (3, 1)), diverged=[2, np.nan, 6])
    assert (found.n_diverged, found.n, found.diverged_epoch) == (2, 3, 4)


def test_a_model_without_hidden_layers_has_no_dead_units():
    names = diagnostic_names(0)
    points = [np.zeros((len(EPOCHS), len(names)), np.float32)]
    (found,) = symptoms_of([Training(points, FLAT, np.array([np.nan]))], names, EPOCHS)
    assert found.dead == 0
