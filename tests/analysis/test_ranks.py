"""Ranks over tasks against scipy, tables of Demsar and closed forms; what stands for a level; when there are none."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from actloss_cli.analysis.ranks import MIN_TASKS, all_ranks, rank_levels

NAN = float("nan")
# Demsar (2006), table 5 (a): critical values of the two-tailed Nemenyi test at 5 %, by the number of levels.
CRITICAL = {3: 2.343, 4: 2.569, 5: 2.728, 6: 2.850, 10: 3.164}


def frame(scores, validation=None, role="activation", kind="binary"):
    """Pairings of tasks x levels: `scores[task][level]`; each level has one pairing, or one per score of a list."""
    rows = []
    for task, of_task in scores.items():
        for level, found in of_task.items():
            for place, score in enumerate(np.atleast_1d(found)):
                held = score if validation is None else np.atleast_1d(validation[task][level])[place]
                names = {"activation": "a", "output": "o", "loss": "l", "optimizer": f"z{place}", role: level}
                rows.append({"task": task, "kind": kind, **names, "score": score, "validation_score": held})
    return pd.DataFrame(rows)


def table(values, names="abcdefghijklmnopqrstuvwxyz"):
    """As `frame` takes it, from `[tasks, levels]`."""
    return {f"task{i}": dict(zip(names, row, strict=False)) for i, row in enumerate(np.asarray(values).tolist())}


def test_mean_ranks_and_p_are_those_of_friedmans_test_on_the_scores():
    values = np.random.default_rng(0).normal(0.8, 0.05, (8, 4)) + np.array([0, 0.02, 0.05, 0.01])
    ranks = rank_levels(frame(table(values)), "binary", "activation")
    expected = stats.rankdata(-values, axis=1).mean(axis=0)
    order = np.argsort(expected, kind="stable")
    assert ranks.levels == tuple("abcd"[place] for place in order)
    np.testing.assert_allclose(ranks.mean_rank, expected[order])
    assert ranks.friedman_p == pytest.approx(stats.friedmanchisquare(*values.T).pvalue)
    assert (ranks.n_tasks, ranks.kind, ranks.role, ranks.left_out) == (8, "binary", "activation", ())


def test_pairwise_p_is_the_studentized_range_of_the_difference_of_mean_ranks():
    values = np.random.default_rng(1).normal(0.8, 0.05, (9, 5)) + np.arange(5) * 0.03
    ranks = rank_levels(frame(table(values)), "binary", "activation")
    k, n = 5, 9
    differences = np.abs(ranks.mean_rank[:, None] - ranks.mean_rank)
    # Demsar (2006): q = |R_i - R_j| / sqrt(k (k + 1) / 6 n), to be held against the studentized range over sqrt(2).
    q = differences / np.sqrt(k * (k + 1) / (6 * n)) * np.sqrt(2)
    expected = stats.studentized_range.sf(q, k, np.inf)
    np.testing.assert_allclose(ranks.pairwise_p, np.where(np.eye(k) == 1, 1, expected), atol=1e-6)


@pytest.mark.parametrize("k", CRITICAL)
def test_two_levels_are_told_apart_just_beyond_the_published_critical_difference(k):
    n = 40
    difference = CRITICAL[k] * np.sqrt(k * (k + 1) / (6 * n))
    for is_beyond in (False, True):
        # The first beats the last on so many tasks that their mean ranks differ by a little more, or less.
        wins = int(np.ceil((difference / (k - 1) + 1) / 2 * n)) - (not is_beyond)
        level_order = [np.arange(k) if task < wins else np.arange(k)[::-1] for task in range(n)]
        ranks = rank_levels(frame(table(-np.array(level_order))), "binary", "activation")
        first, last = ranks.levels.index("a"), ranks.levels.index("abcdefghij"[k - 1])
        gap = abs(ranks.mean_rank[first] - ranks.mean_rank[last])
        assert (gap > difference) == is_beyond
        assert (ranks.pairwise_p[first, last] < 0.05) == is_beyond


def test_groups_are_the_largest_runs_without_a_pair_told_apart():
    values = np.tile(np.arange(8.0), (12, 1)) + np.random.default_rng(2).normal(0, 1.5, (12, 8))
    ranks = rank_levels(frame(table(values)), "binary", "activation")
    apart = ranks.pairwise_p < 0.05
    found = {
        subset
        for size in range(2, 9)
        for subset in itertools.combinations(range(8), size)
        if not apart[np.ix_(subset, subset)].any()
    }
    largest = {subset for subset in found if not any(set(subset) < set(other) for other in found)}
    assert len(largest) > 1
    assert {tuple(ranks.levels.index(level) for level in group) for group in ranks.groups} == largest


def test_all_levels_are_one_group_where_friedmans_test_finds_nothing():
    # Each of three levels wins on as many tasks as the others.
    ranks = rank_levels(frame(table([[1, 2, 3], [2, 3, 1], [3, 1, 2]] * 2)), "binary", "activation")
    assert ranks.friedman_p == pytest.approx(1.0)
    assert ranks.groups == (("a", "b", "c"),)


def test_a_pair_that_nemenyis_test_alone_tells_apart_is_left_together():
    # `a` is 1st or 4th, `j` last or 4th from the end; the others change places, so that the levels hardly differ.
    others = "bcdefghi"
    orders = ["a" + others + "j", others[:3] + "a" + others[3:5] + "j" + others[5:]]
    orders += [orders[0][0] + others[::-1] + "j", others[::-1][:3] + "a" + others[::-1][3:5] + "j" + others[::-1][5:]]
    scores = {f"task{i}": {level: -place for place, level in enumerate(orders[i % 4])} for i in range(8)}
    ranks = rank_levels(frame(scores), "binary", "activation")
    assert ranks.friedman_p > 0.05
    assert ranks.pairwise_p.min() < 0.05
    assert ranks.groups == (ranks.levels,)


def test_levels_that_all_tie_everywhere_do_not_differ():
    ranks = rank_levels(frame(table(np.full((6, 3), 0.5))), "binary", "activation")
    assert (ranks.friedman_p, ranks.levels, list(ranks.mean_rank)) == (1.0, ("a", "b", "c"), [2, 2, 2])


def test_a_level_stands_by_the_test_score_of_its_pairing_that_is_best_on_validation():
    # `c` has a pairing that is best of all on test, but not on validation.
    scores = {f"task{i}": {"a": 0.9, "b": 0.8, "c": [0.99, 0.7]} for i in range(6)}
    validation = {task: {"a": 0.9, "b": 0.8, "c": [0.6, 0.7]} for task in scores}
    assert rank_levels(frame(scores, validation), "binary", "activation").levels == ("a", "b", "c")


def test_a_level_that_lacks_a_score_on_one_task_is_left_out_by_name():
    scores = table(np.tile([0.9, 0.8, 0.7, 0.6], (6, 1)))
    scores["task3"]["b"] = NAN
    ranks = rank_levels(frame(scores), "binary", "activation")
    assert (ranks.levels, ranks.left_out, ranks.n_tasks) == (("a", "c", "d"), ("b",), 6)


def test_a_task_with_hardly_any_level_of_the_role_is_no_block():
    scores = table(np.tile([0.9, 0.8, 0.7], (6, 1))) | {"about losses": {"a": 0.9}}
    ranks = rank_levels(frame(scores), "binary", "activation")
    assert (ranks.n_tasks, ranks.levels) == (6, ("a", "b", "c"))


@pytest.mark.parametrize(("n_tasks", "n_levels"), [(MIN_TASKS - 1, 5), (MIN_TASKS, 2), (0, 0)])
def test_too_few_tasks_or_levels_give_no_ranks(n_tasks, n_levels):
    enough = frame(table(np.ones((MIN_TASKS, 3))), kind="regression")
    few = frame(table(np.ones((n_tasks, n_levels)))) if n_tasks else enough
    assert rank_levels(pd.concat([few, enough]), "binary", "activation") is None


@pytest.mark.parametrize("role", ["activation", "output", "loss", "optimizer"])
def test_every_role_can_be_ranked(role):
    scores = table(np.tile([0.7, 0.9, 0.8], (6, 1)))
    assert rank_levels(frame(scores, role=role), "binary", role).levels == ("b", "c", "a")


def test_all_ranks_are_those_of_each_kind_and_role_with_enough_tasks_and_levels():
    scores = table(np.tile([0.7, 0.9, 0.8], (6, 1)))
    few = table(np.tile([0.7, 0.9, 0.8], (MIN_TASKS - 1, 1)))
    pairings = pd.concat([frame(scores, role="loss"), frame(few, kind="multiclass"), frame(scores, kind="regression")])
    assert [(ranks.kind, ranks.role) for ranks in all_ranks(pairings)] == [
        ("binary", "loss"),
        ("regression", "activation"),
    ]
