"""Effects, their intervals and tests against SciPy, brute force and simulation."""

from itertools import combinations_with_replacement

import numpy as np
import pytest
from scipy import stats

from actloss_cli.analysis.statistics import paired_scores
from actloss_cli.claims.criterion import equality, one_sided
from actloss_cli.claims.effects import (
    mean_effect,
    partial_conjunction,
    rank_effect,
    score_effect,
    unpaired_effect,
)

D = np.array([0.31, -0.05, 0.22, 0.4, 0.11, 0.27, 0.02, 0.35])


@pytest.mark.parametrize("bound", [-0.1, 0.0, 0.15])
def test_a_mean_is_tested_as_scipy_tests_it(bound):
    effect = mean_effect(D)
    assert effect.p_above(bound) == pytest.approx(stats.ttest_1samp(D - bound, 0, alternative="greater").pvalue)
    assert effect.p_below(bound) == pytest.approx(1 - effect.p_above(bound))
    low, high = stats.t.interval(0.95, len(D) - 1, D.mean(), stats.sem(D))
    assert (effect.mean, effect.low, effect.high) == pytest.approx((D.mean(), low, high))


@pytest.mark.parametrize("effect", [mean_effect(np.full(9, 0.2)), unpaired_effect(np.full(9, 0.3), np.full(7, 0.1))])
def test_values_without_spread_are_known(effect):
    assert effect.low == pytest.approx(0.2)
    assert effect.high == pytest.approx(0.2)
    assert [effect.p_above(bound) for bound in (0.1, 0.3)] == [0.0, 1.0]
    assert [effect.p_below(bound) for bound in (0.1, 0.3)] == [1.0, 0.0]
    assert effect.p_above(effect.mean) == effect.p_below(effect.mean) == 1.0


def test_ranks_are_tested_as_scipy_tests_them_and_estimated_by_hodges_and_lehmann():
    effect = rank_effect(D)
    assert effect.p_above(0.1) == pytest.approx(stats.wilcoxon(D - 0.1, alternative="greater").pvalue)
    assert effect.p_below(0.1) == pytest.approx(stats.wilcoxon(D - 0.1, alternative="less").pvalue)
    walsh = [(a + b) / 2 for a, b in combinations_with_replacement(D, 2)]
    assert effect.mean == pytest.approx(np.median(walsh))


def test_the_interval_of_ranks_holds_the_shift_in_95_of_100_samples():
    draws = np.random.default_rng(0).standard_t(3, (400, 15)) + 0.7
    covered = [effect.low <= 0.7 <= effect.high for effect in map(rank_effect, draws)]
    assert 0.92 <= np.mean(covered) <= 0.985


def test_equal_values_say_nothing_of_ranks_and_do_not_warn():
    effect = rank_effect(np.zeros(10))
    assert effect.p_above(0.0) == effect.p_below(0.0) == 1.0
    assert rank_effect(np.ones(20)).p_above(0.0) < 0.001


def test_sides_on_different_data_are_tested_by_welch():
    other = np.array([0.1, 0.0, 0.3, -0.2, 0.05])
    effect = unpaired_effect(D, other)
    expected = stats.ttest_ind(D - 0.05, other, equal_var=False, alternative="greater")
    assert effect.p_above(0.05) == pytest.approx(expected.pvalue)
    assert effect.low == pytest.approx(stats.ttest_ind(D, other, equal_var=False).confidence_interval().low)


def test_scores_whose_test_rows_agree_are_tested_by_student_alone():
    rng = np.random.default_rng(1)
    x, r = 0.9 + 0.02 * rng.standard_normal(12), 0.85 + 0.02 * rng.standard_normal(12)
    n_rows = 10_000  # a row weighs next to nothing
    rows = [np.repeat(scores[:, None], n_rows, axis=1) for scores in (x, r)]
    effect = score_effect(paired_scores(x, r, *rows, np.zeros(n_rows, np.int64), 0.0))
    for bound in (0.0, 0.04, 0.07):
        expected = stats.ttest_1samp(x - r, bound, alternative="greater").pvalue
        assert effect.p_above(bound) == pytest.approx(expected, rel=1e-6)
        assert effect.p_below(bound) == pytest.approx(1 - expected, rel=1e-6)


def test_a_partial_conjunction_is_the_largest_p_for_all_and_bonferronis_for_one():
    p = np.array([0.03, 0.001, 0.2])
    assert partial_conjunction(p, 3) == pytest.approx(0.2)
    assert partial_conjunction(p, 1) == pytest.approx(0.003)
    assert partial_conjunction(p, 2) == pytest.approx(0.06)


def test_a_partial_conjunction_errs_at_its_level_when_one_effect_too_few_is_there():
    p = np.random.default_rng(2).uniform(size=(20_000, 4))
    p[:, 0] = 0.0  # one effect is there, two are asked for
    errors = np.mean([partial_conjunction(row, 2) <= 0.05 for row in p])
    assert errors <= 0.055
    assert errors >= 0.04


def test_criteria_ask_for_the_side_that_the_claim_names():
    effect = mean_effect(D)  # clearly above 0
    greater, less = one_sided("greater", 0.0), one_sided("less", 0.0)
    assert greater.p_for(effect) == less.p_against(effect) < 0.01
    assert less.p_for(effect) == greater.p_against(effect) > 0.99
    at_least, at_most = one_sided("at_least", 0.02), one_sided("at_most", 0.02)
    assert at_least.p_for(effect) == effect.p_above(-0.02)
    assert at_most.p_for(effect) == effect.p_below(0.02)


def test_equality_is_schuirmanns_pair_of_tests():
    near, far = mean_effect(D - D.mean() + 0.01), mean_effect(D + 2)
    criterion = equality(0.2)
    lower = stats.ttest_1samp(D - D.mean() + 0.01, -0.2, alternative="greater").pvalue
    upper = stats.ttest_1samp(D - D.mean() + 0.01, 0.2, alternative="less").pvalue
    assert criterion.p_for(near) == pytest.approx(max(lower, upper))
    assert criterion.p_against(far) < 1e-6
    assert criterion.p_for(far) > 0.99
