"""Adjusted p-values against R's definitions, a published example, statsmodels, and what must hold for all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from actloss_cli.analysis.multiplicity import benjamini_hochberg, holm

NAN = float("nan")
# Benjamini & Hochberg (1995), section 4.1: 15 hypotheses on a treatment of myocardial infarction.
INFARCTION = np.array(
    [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1]
)

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=20).map(np.array)
few = settings(max_examples=6)  # statsmodels collects garbage on every call: 50 ms


def test_holm_multiplies_the_smallest_by_all_the_next_by_one_less_and_never_falls():
    # 0.01 * 3; 0.03 * 2; 0.04 * 1 would be less than the one before.
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03])), [0.03, 0.06, 0.06])


def test_benjamini_hochberg_divides_by_the_rank_and_never_rises_going_down():
    # 0.01 * 3 / 1; 0.03 * 3 / 2 would be more than 0.04 * 3 / 3.
    np.testing.assert_allclose(benjamini_hochberg(np.array([0.01, 0.04, 0.03])), [0.03, 0.04, 0.04])


def test_the_published_example_rejects_three_by_holm_and_four_by_benjamini_hochberg():
    assert list(holm(INFARCTION) <= 0.05) == [True] * 3 + [False] * 12
    assert list(benjamini_hochberg(INFARCTION) <= 0.05) == [True] * 4 + [False] * 11


@few
@given(p_values)
def test_both_are_those_of_statsmodels_and_scipy(p):
    np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1])
    np.testing.assert_allclose(benjamini_hochberg(p), multipletests(p, method="fdr_bh")[1])
    np.testing.assert_allclose(benjamini_hochberg(p), stats.false_discovery_control(p))


@few
@given(p_values)
def test_holm_lies_between_benjamini_hochberg_and_bonferroni(p):
    adjusted = holm(p)
    assert (adjusted >= benjamini_hochberg(p) - 1e-12).all()
    assert (adjusted <= np.minimum(len(p) * p, 1) + 1e-12).all()


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_what_was_not_tested_stays_nan_and_is_not_counted(adjust):
    alone = adjust(np.array([0.01, 0.04, 0.03]))
    np.testing.assert_array_equal(adjust(np.array([NAN, 0.01, 0.04, NAN, 0.03])), [NAN, *alone[:2], NAN, alone[2]])
    np.testing.assert_array_equal(adjust(np.array([NAN, NAN])), [NAN, NAN])
    assert len(adjust(np.array([]))) == 0


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_what_is_given_is_left_as_it_was(adjust):
    p = np.array([0.01, NAN, 0.04])
    adjust(p)
    np.testing.assert_array_equal(p, [0.01, NAN, 0.04])
