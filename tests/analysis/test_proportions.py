"""Wilson's interval against a published table and statsmodels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from actloss_cli.analysis.proportions import wilson


# Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I, method 3.
@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_the_published_one(k, n, low, high):
    interval = wilson(k, n)
    assert interval.mean == k / n
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.sampled_from([0.8, 0.95]))
def test_the_interval_is_that_of_statsmodels_at_any_level(counts, level):
    interval = wilson(*counts, level)
    expected = proportion_confint(*counts, 1 - level, "wilson")
    assert (interval.low, interval.high) == pytest.approx(expected, abs=1e-9)
