"""Intervals and tests against scipy and closed forms."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from actloss_cli.analysis.statistics import (
    collapse_bound,
    contrast,
    contrast_p,
    median,
    pair_all,
    paired_scores,
    relative,
    score_interval,
    seed_covariances,
    seeds_needed,
    sign_test,
)

FLOOR = 0.5
ONE_STRATUM = np.zeros(10_000, np.int64)


def still_rows(n):
    """Test rows that add no variance."""
    return np.zeros((n, len(ONE_STRATUM)))


def seed_only(x, r):
    return paired_scores(x, r, still_rows(len(x)), still_rows(len(r)), ONE_STRATUM, FLOOR)


@pytest.mark.parametrize("c", [0.0, 0.25, 0.95, 1.0])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_the_contrast_over_seeds_is_the_one_sample_t_interval(c, level):
    rng = np.random.default_rng(0)
    x, r = rng.normal(0.8, 0.05, 10), rng.normal(0.9, 0.03, 10)
    d = (x - FLOOR) - c * (r - FLOOR)
    expected = stats.ttest_1samp(d, 0).confidence_interval(level)
    interval = contrast(seed_only(x, r), c, level)
    assert (interval.mean, interval.low, interval.high) == pytest.approx((d.mean(), expected.low, expected.high))


def test_test_rows_add_the_variance_of_the_stratified_mean():
    rng = np.random.default_rng(1)
    strata = np.repeat([0, 1, 2], [10, 40, 50])
    x_rows, r_rows = rng.normal(0.7, 0.4, (6, 100)), rng.normal(0.9, 0.2, (6, 100))
    same = np.full(6, 0.8)  # no variance over seeds
    interval = contrast(paired_scores(same, same, x_rows, r_rows, strata, FLOOR), 0.5)
    d = (x_rows - 0.5 * r_rows).mean(axis=0)
    variance = sum(d[strata == k].var(ddof=1) / np.sum(strata == k) for k in range(3)) / 9
    assert interval.high - interval.mean == pytest.approx(stats.t.ppf(0.975, 5) * np.sqrt(variance))


def test_a_class_absent_from_the_test_set_is_no_stratum():
    rng = np.random.default_rng(2)
    rows = rng.random((4, 30))
    strata = np.repeat([0, 1], [10, 20])
    score = rows.mean(axis=1)
    assert score_interval(score, rows, strata * 3) == score_interval(score, rows, strata)


def test_no_half_width_is_below_half_of_the_weightiest_row():
    strata = np.repeat([0, 1], [5, 20])
    same, rows = np.full(4, 1.0), np.ones((4, 25))
    interval = score_interval(same, rows, strata)
    # One row of the smaller class moves the balanced accuracy by 1 / (2 * 5).
    assert (interval.low, interval.high) == pytest.approx((1 - 0.05, 1 + 0.05))


def test_one_seed_bounds_nothing():
    scores = paired_scores(np.array([0.9]), np.array([0.9]), np.ones((1, 4)), np.ones((1, 4)), np.zeros(4, int), FLOOR)
    assert (contrast(scores, 0.95).low, contrast(scores, 0.95).high) == (-np.inf, np.inf)
    assert (relative(scores).low, relative(scores).high) == (-np.inf, np.inf)


def random_scores(seed, spread):
    rng = np.random.default_rng(seed)
    n, strata = int(rng.integers(2, 12)), np.repeat([0, 1], [10, 30])
    x_rows = rng.normal(rng.uniform(0.5, 1), spread, (n, 1)) + rng.normal(0, spread, (n, 40))
    r_rows = rng.normal(0.9, spread, (n, 1)) + rng.normal(0, spread, (n, 40))
    x, r = np.maximum(x_rows.mean(1), FLOOR), np.maximum(r_rows.mean(1), FLOOR)
    return paired_scores(x, r, x_rows, r_rows, strata, FLOOR)


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.01, 0.05, 0.3]))
def test_the_relative_interval_holds_just_the_shares_whose_contrast_includes_zero(seed, spread):
    scores = random_scores(seed, spread)
    share = relative(scores)
    assume(np.isfinite(share.low))
    for c in np.concatenate([np.linspace(share.low - 1, share.high + 1, 101), [0.25, 0.95]]):
        assume(min(abs(c - share.low), abs(c - share.high)) > 1e-9)
        interval = contrast(scores, c)
        assert (interval.low <= 0 <= interval.high) == (share.low <= c <= share.high)


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.01, 0.05, 0.3]))
def test_the_relative_interval_is_unbounded_where_the_reference_is_not_told_from_the_floor(seed, spread):
    scores = random_scores(seed, spread)
    t2 = stats.t.ppf(0.975, scores.n - 1) ** 2
    told = scores.r**2 > t2 * (scores.seeds.rr / scores.n + scores.rows.rr)
    assert np.isfinite(relative(scores).low) == np.isfinite(relative(scores).high) == told


def test_relative_to_a_reference_at_the_floor_is_no_number():
    at_floor = np.full(3, FLOOR)
    assert np.isnan(relative(seed_only(at_floor, at_floor)).mean)


@pytest.mark.parametrize(("k", "expected"), [(10, 1 / 1024), (9, 11 / 1024), (8, 56 / 1024), (0, 1.0)])
def test_the_sign_test_is_the_binomial_tail(k, expected):
    assert sign_test(k, 10) == pytest.approx(expected)


def test_ten_seeds_without_a_collapse_exclude_no_rate_up_to_26_percent():
    assert collapse_bound(0, 10) == pytest.approx(1 - 0.05 ** (1 / 10))
    assert round(100 * collapse_bound(0, 10)) == 26


def test_the_bound_on_collapse_after_some_is_clopper_pearson():
    assert collapse_bound(1, 2) == pytest.approx(np.sqrt(0.95))  # P(at most one of two) = 1 - p^2 = 0.05
    assert collapse_bound(2, 2) == 1.0


def test_the_seeds_needed_are_the_fewest_that_settle_it():
    x = FLOOR + np.array([0.37, 0.40, 0.36, 0.39, 0.35])
    r = np.full(5, FLOOR + 0.4)
    d = (x - FLOOR) - 0.95 * (r - FLOOR)

    def settles(n):
        return stats.t.ppf(0.975, n - 1) * d.std(ddof=1) / np.sqrt(n) < abs(d.mean())

    n = seeds_needed(seed_only(x, r), 0.95, 200)
    assert 5 < n < 200
    assert settles(n)
    assert not settles(n - 1)


def test_more_seeds_than_the_cap_are_not_asked_for():
    x = FLOOR + np.array([0.3799, 0.3801, 0.34, 0.42])
    assert seeds_needed(seed_only(x, np.full(4, FLOOR + 0.4)), 0.95, 200) == 200


@pytest.mark.parametrize("c", [0.0, 0.25, 0.95])
def test_the_p_of_a_contrast_is_that_of_the_one_sample_t_test(c):
    rng = np.random.default_rng(3)
    x, r = rng.normal(0.6, 0.3, 8), rng.normal(0.9, 0.2, 8)
    expected = stats.ttest_1samp((x - FLOOR) - c * (r - FLOOR), 0).pvalue
    assert contrast_p(seed_only(x, r), c) == pytest.approx(expected)


@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.0, 0.002, 0.01, 0.05, 0.3]),
    st.sampled_from([0.5, 0.9, 0.95, 0.975, 0.99]),
)
def test_p_is_at_most_what_the_level_leaves_just_where_the_interval_excludes_zero(seed, spread, level):
    scores = random_scores(seed, spread)
    for c in np.linspace(0.0, 1.5, 31):
        interval = contrast(scores, c, level)
        assume(min(abs(interval.low), abs(interval.high)) > 1e-9)
        assert (contrast_p(scores, c) <= 1 - level) == (interval.low > 0 or interval.high < 0)


def test_a_difference_of_less_than_half_a_row_is_never_significant():
    strata = np.zeros(100, np.int64)
    r, rows = np.full(5, 0.9), np.full((5, 100), 0.9)
    within, beyond = (paired_scores(r - gap, r, rows - gap, rows, strata, FLOOR) for gap in (0.9 / 200, 1.1 / 200))
    # No seed and no row differs from another: the standard error is 0.
    assert (contrast_p(within, 1.0), contrast_p(beyond, 1.0)) == (1.0, pytest.approx(0.0, abs=1e-12))


def test_a_single_seed_shows_no_difference():
    one = paired_scores(np.array([0.6]), np.array([0.9]), np.ones((1, 4)), np.ones((1, 4)), np.zeros(4, int), FLOOR)
    assert contrast_p(one, 0.95) == 1.0


@pytest.mark.parametrize("n", [2, 3, 10])
def test_covariances_over_seeds_are_numpys(n):
    rng = np.random.default_rng(n)
    x, r = rng.normal(size=(50, n)), rng.normal(size=n)
    found = [[[of.xx, of.xr], [of.xr, of.rr]] for of in seed_covariances(x, r[None])]
    np.testing.assert_allclose(found, [np.cov(one, r) for one in x], rtol=1e-12)


def test_pairs_give_the_same_bits_alone_and_among_others():
    rng = np.random.default_rng(3)
    x_rows, r_rows = rng.normal(0.8, 0.2, (40, 10, 90)), rng.normal(0.9, 0.2, (10, 90))
    strata = rng.permutation(np.repeat([0, 1, 4], [50, 30, 10]))  # without classes 2 and 3
    x, r = x_rows.mean(axis=2), r_rows.mean(axis=1)
    together = pair_all(x, r[None], x_rows.mean(axis=1), r_rows.mean(axis=0)[None], strata, FLOOR)
    alone = [paired_scores(x[p], r, x_rows[p], r_rows, strata, FLOOR) for p in range(len(x))]
    assert together == alone


@pytest.mark.parametrize("n", [1, 2, 7, 10])
def test_medians_leave_out_what_is_missing(n):
    values = np.random.default_rng(n).normal(size=(n, 30))
    values[values > 0.5] = np.nan
    values[0, ::3] = np.inf
    values[:, 4] = np.nan
    known = np.delete(values, 4, axis=1)
    known = known[:, ~np.isnan(known).all(axis=0)]
    np.testing.assert_array_equal(median(known), np.nanmedian(known, axis=0))
    assert np.isnan(median(values)[4])
