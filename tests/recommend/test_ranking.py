"""Pairings are ranked by validation at their chosen learning rate; what ended badly comes last."""

from actloss_cli.recommend.ranking import rank_pairings
from tests.analysis.conftest import NAN, Measured, build_run


def tuned(**scores):
    """One seed at each of two learning rates."""
    return Measured(tune={0.01: [scores["low"]], 0.1: [scores["high"]]}, tune_reach=scores.get("reach", 3))


def test_the_best_learning_rate_of_each_counts_and_what_diverged_counts_as_the_floor():
    run = build_run(
        {
            "relu/identity/mse/sgd": tuned(low=0.7, high=NAN),
            "tanh/identity/mse/sgd": tuned(low=0.5, high=0.9),
            "silu/identity/mse/sgd": tuned(low=0.8, high=0.6),
            "gelu/identity/mse/sgd": tuned(low=NAN, high=NAN),
        },
        n_tune=1,
        n_final=0,
    )
    ranked = [id_.partition(":")[2].partition("/")[0] for id_ in rank_pairings(run)]
    assert ranked == ["tanh", "silu", "relu", "gelu"]


def test_of_equals_the_one_that_got_there_sooner_comes_first_then_the_name_decides():
    run = build_run(
        {
            "tanh/identity/mse/sgd": tuned(low=0.8, high=0.8, reach=9),
            "silu/identity/mse/sgd": tuned(low=0.8, high=0.8, reach=2),
            "relu/identity/mse/sgd": tuned(low=0.8, high=0.8, reach=9),
        },
        n_tune=1,
        n_final=0,
    )
    ranked = [id_.partition(":")[2].partition("/")[0] for id_ in rank_pairings(run)]
    assert ranked == ["silu", "relu", "tanh"]
