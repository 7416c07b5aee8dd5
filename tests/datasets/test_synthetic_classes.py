"""The generated classes: where their rows lie, by geometry and by the distributions they are drawn from."""

import numpy as np
import pytest
from scipy import stats

from actloss_cli.datasets import Dataset, DatasetRef, load

DIFFER_IN_SIGN_ERROR = 2 * stats.norm.cdf(-2) * stats.norm.cdf(2)
"""A coordinate of a cluster, 2 standard deviations from the axis, is across; the other one is not, or the reverse."""


def loaded(name: str, kind: str = "binary") -> Dataset:
    return load(DatasetRef(name), kind)


def test_moons_lie_on_their_half_circles_blurred_by_a_quarter() -> None:
    dataset = loaded("moons")
    outer, inner = dataset.X[dataset.y == 0], dataset.X[dataset.y == 1]
    assert (len(outer), len(inner)) == (1000, 1000)
    # The half circles' mean heights: 2 / pi, and 0.5 - 2 / pi for the one that hangs.
    np.testing.assert_allclose([outer[:, 1].mean(), inner[:, 1].mean()], [2 / np.pi, 0.5 - 2 / np.pi], atol=0.05)
    radial = np.hypot(*outer.T)
    assert abs(radial.std() - 0.25) < 0.03


def test_circles_have_radius_1_and_a_half_blurred_by_a_tenth() -> None:
    dataset = loaded("circles")
    for label, radius in enumerate((1.0, 0.5)):
        from_centre = np.hypot(*dataset.X[dataset.y == label].T)
        # Noise across the radius lengthens it: Rice's distribution.
        expected = stats.rice(radius / 0.1, scale=0.1)
        assert stats.kstest(from_centre, expected.cdf).pvalue > 0.001


def test_xor_is_told_by_the_sign_of_the_product_but_for_the_overlap() -> None:
    dataset = loaded("xor")
    n = len(dataset.y)
    error = np.mean((dataset.X.prod(axis=1) < 0) != (dataset.y == 1))
    assert abs(error - DIFFER_IN_SIGN_ERROR) < 4 * np.sqrt(DIFFER_IN_SIGN_ERROR / n)
    assert (
        stats.kstest((np.abs(dataset.X[np.abs(dataset.X).min(axis=1) > 1]) - 1).ravel() / 0.5, "halfnorm").pvalue
        > 0.001
    )


def test_imbalanced_has_ten_common_rows_to_each_rare_positive_one() -> None:
    dataset = loaded("imbalanced")
    assert np.bincount(dataset.y).tolist() == [3000, 300]
    assert dataset.classes == ("common", "rare")
    assert np.bincount(dataset.y[dataset.test]).tolist() == [1500, 150]


@pytest.mark.parametrize(
    ("name", "kind", "n_arms", "turns"), [("two_spirals", "binary", 2, 2), ("three_spirals", "multiclass", 3, 1)]
)
def test_unwinding_a_spiral_leaves_one_direction_per_arm(name: str, kind: str, n_arms: int, turns: int) -> None:
    dataset = loaded(name, kind)
    assert len(set(np.bincount(dataset.y))) == 1
    z = dataset.X @ np.array([1, 1j])
    radius = np.abs(z)
    unwound = z * np.exp(-2j * np.pi * turns * radius)
    for arm in range(n_arms):
        clear = (dataset.y == arm) & (radius > 0.2)
        off = np.angle(unwound[clear] * np.exp(-2j * np.pi * arm / n_arms))
        # Noise of 0.02 along the radius, and across it at that radius.
        expected = 0.02 * np.hypot(2 * np.pi * turns, 1 / radius[clear])
        np.testing.assert_allclose([(off / expected).mean(), (off / expected).std()], [0, 1], atol=0.1)
    assert stats.kstest(radius[radius > 0.1], "uniform", (0.1, 0.9)).pvalue > 0.001


def test_blobs_are_normal_around_the_corners_of_a_pentagon() -> None:
    dataset = loaded("blobs", "multiclass")
    corners = 3 * np.exp(2j * np.pi * np.arange(5) / 5)
    off = dataset.X @ np.array([1, 1j]) - corners[dataset.y]
    for part in (off.real, off.imag):
        assert stats.kstest(part, "norm").pvalue > 0.001
    assert np.bincount(dataset.y).tolist() == [400] * 5


def test_gaussian_quantiles_are_parted_at_the_quartiles_of_chi_squared() -> None:
    dataset = loaded("gaussian_quantiles", "multiclass")
    squared = (dataset.X**2).sum(axis=1)
    edges = [(squared[dataset.y == label].max(), squared[dataset.y == label + 1].min()) for label in range(3)]
    assert all(below <= above for below, above in edges)
    # A sample's p-quantile is beta distributed on the scale of probabilities.
    p = stats.chi2(5).cdf([below for below, _ in edges])
    assert (np.abs(p - [0.25, 0.5, 0.75]) < 4 * np.sqrt(0.25 / len(squared))).all()


def test_sparse_has_zipfs_frequencies_and_rare_telling_words_alone() -> None:
    dataset = loaded("sparse")
    rate = 30 / np.arange(1, 401) / np.sum(1 / np.arange(1.0, 401))
    a, b = (dataset.X[dataset.y == label].mean(axis=0) for label in (0, 1))
    standard_error = np.sqrt(rate / len(dataset.y))
    assert (np.abs((a + b) / 2 - rate) < 5 * standard_error).all()
    assert (dataset.X == 0).mean() > 0.9
    telling = np.arange(49, 400, 3)
    tilt = (a - b) / (2 * rate)
    assert (np.abs(np.delete(tilt, telling)) * np.delete(rate / standard_error, telling) < 5).all()
    assert (np.abs(np.abs(tilt[telling]) - 0.8) * (rate / standard_error)[telling] < 5).all()
    assert (np.diff(np.sign(tilt[telling])) != 0).all()


def test_sparse_can_be_told_to_ninety_three_in_a_hundred_by_who_knows_the_frequencies() -> None:
    dataset = loaded("sparse")
    # The likelihood ratio of Poisson counts: each telling word counts ln 9, one way or the other.
    telling = dataset.X[:, 49::3]
    votes = telling[:, 0::2].sum(axis=1) - telling[:, 1::2].sum(axis=1)
    right = np.where(votes == 0, 0.5, (votes < 0) == dataset.y)
    rate = 30 / np.arange(1, 401) / np.sum(1 / np.arange(1.0, 401))
    rate_for, rate_against = (rate[49::3].sum() * share / 2 for share in (1.8, 0.2))
    difference = stats.skellam(rate_for, rate_against)
    expected = difference.sf(0) + difference.pmf(0) / 2
    assert abs(right.mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / len(right))
