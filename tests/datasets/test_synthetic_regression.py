"""The generated regressions: their published functions, recomputed here, and noise of the stated size."""

import numpy as np
from scipy import stats

from actloss_cli.datasets import Dataset, DatasetRef, load


def loaded(name: str) -> Dataset:
    return load(DatasetRef(name), "regression")


def assert_noise(noise: np.ndarray, spread: float) -> None:
    """Mean 0, that standard deviation, and nothing but a normal distribution."""
    standard_error = spread / np.sqrt(len(noise))
    assert abs(noise.mean()) < 4 * standard_error
    assert abs(noise.std() - spread) < 4 * standard_error / np.sqrt(2)
    assert stats.kstest(noise / spread, "norm").pvalue > 0.001


def test_linear_is_a_line_of_five_features_with_noise_of_30() -> None:
    dataset = loaded("linear")
    weights, residuals, _, _ = np.linalg.lstsq(dataset.X, dataset.y, rcond=None)
    n_free = len(dataset.y) - 10
    assert abs(np.sqrt(residuals[0] / n_free) - 30) < 4 * 30 / np.sqrt(2 * n_free)
    # Features are standard normal, so that a weight is known to within 30 / sqrt(N).
    assert (np.abs(weights) > 4 * 30 / np.sqrt(n_free)).sum() == 5
    assert stats.kstest(dataset.X.ravel(), "norm").pvalue > 0.001


def test_sine_has_three_periods_with_noise_of_a_fifth() -> None:
    dataset = loaded("sine")
    x = dataset.X[:, 0]
    assert_noise(dataset.y - np.sin(3 * np.pi * x), 0.2)
    assert stats.kstest(x, "uniform", (-1, 2)).pvalue > 0.001


def test_friedman1_is_the_published_function_with_noise_of_variance_1() -> None:
    dataset = loaded("friedman1")
    x1, x2, x3, x4, x5 = dataset.X.T[:5]
    assert_noise(dataset.y - (10 * np.sin(np.pi * x1 * x2) + 20 * (x3 - 0.5) ** 2 + 10 * x4 + 5 * x5), 1)
    assert ((dataset.X >= 0) & (dataset.X <= 1)).all()


def test_friedman2_and_3_are_impedance_and_phase_with_noise_a_third_of_their_spread() -> None:
    for name, function, spread in (("friedman2", np.abs, 125.0), ("friedman3", np.angle, 0.1)):
        dataset = loaded(name)
        resistance, frequency, inductance, capacity = dataset.X.T
        signal = function(resistance + 1j * (frequency * inductance - 1 / (frequency * capacity)))
        assert_noise(dataset.y - signal, spread)
        assert 2.7 < signal.std() / spread < 3.3
        low, high = np.array([0, 40 * np.pi, 0, 1]), np.array([100, 560 * np.pi, 1, 11])
        assert stats.kstest(((dataset.X - low) / (high - low)).ravel(), "uniform").pvalue > 0.001


def test_counts_are_poisson_at_a_smooth_rate() -> None:
    dataset = loaded("counts")
    x1, x2, x3 = dataset.X.T[:3]
    rate = np.exp(1 + np.sin(np.pi * x1) + 2 * x2 * x3)
    n = len(rate)
    assert ((dataset.y >= 0) & (dataset.y % 1 == 0)).all()
    # Pearson's statistic of Poisson counts has mean 1 and variance 2 + 1 / rate, the deviation mean 0.
    pearson = (dataset.y - rate) ** 2 / rate
    assert abs(pearson.mean() - 1) < 4 * np.sqrt((2 + 1 / rate).mean() / n)
    assert abs((dataset.y - rate).mean()) < 4 * np.sqrt(rate.mean() / n)
    p_zero = np.exp(-rate)
    assert abs((dataset.y == 0).mean() - p_zero.mean()) < 4 * np.sqrt((p_zero * (1 - p_zero)).mean() / n)
