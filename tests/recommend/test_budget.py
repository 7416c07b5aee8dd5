"""Halving in numbers: it fits the budget, what is left shrinks by equal shares, nothing is promised that can't be."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actloss_cli.recommend.budget import (
    LEAST_FINALISTS,
    MOST_FINALISTS,
    Prices,
    afford,
    least_room,
    make_schedule,
    share_out,
    sizes,
)

PRICES = Prices(screen_epoch=0.01, whole=1.0)


def cost(schedule):
    rungs = zip(schedule.n_pairings, schedule.epochs, strict=True)
    return sum(n * epochs * PRICES.screen_epoch for n, epochs in rungs) + schedule.n_whole * PRICES.whole


def test_all_get_the_whole_protocol_where_there_is_time_for_it():
    schedule = make_schedule(50, 90, PRICES, room=50.0)
    assert (schedule.n_pairings, schedule.epochs, schedule.n_whole) == ((), (), 50)


def test_without_that_time_a_ninth_of_the_epochs_sorts_out_then_a_third():
    # 256 pairings for 10 epochs cost 25.6; 64 of them for 30 cost 19.2; 16 whole ones 16.
    schedule = make_schedule(256, 90, PRICES, room=61.0)
    assert (schedule.n_pairings, schedule.epochs, schedule.n_whole) == ((256, 64), (10, 30), 16)


@settings(deadline=None)
@given(n=st.integers(5, 600), epochs=st.integers(1, 200), room=st.floats(0.1, 500))
def test_what_is_planned_fits_or_nothing_is_planned(n, epochs, room):
    schedule = make_schedule(n, epochs, PRICES, room)
    if schedule is None:
        assert room < least_room(n, epochs, PRICES) + 1e-9
    else:
        assert cost(schedule) <= room + 1e-9
        assert LEAST_FINALISTS <= schedule.n_whole <= n
        assert list(schedule.n_pairings) == sorted(schedule.n_pairings, reverse=True)


def test_rungs_that_are_over_cost_nothing_more():
    assert afford(256, (10, 30), 1, PRICES, room=35.2) == 16
    assert afford(256, (10, 30), 2, PRICES, room=16.0) == 16
    assert afford(256, (10, 30), 0, PRICES, room=1.0) == 0


def test_each_rung_keeps_the_same_share():
    assert sizes(1000, 1, 3) == (1000, 100, 10)


@pytest.mark.parametrize(
    ("n_whole", "n_mistakes", "shares"),
    [
        (0, 5, (LEAST_FINALISTS, 0)),
        (3, 5, (3, 0)),
        (6, 5, (5, 1)),
        (18, 5, (15, 3)),
        (18, 1, (17, 1)),
        (18, 0, (18, 0)),
    ],
)
def test_a_sixth_goes_to_mistakes_once_there_are_finalists_enough(n_whole, n_mistakes, shares):
    assert share_out(n_whole, n_mistakes) == shares


def test_more_finalists_than_a_reader_takes_in_are_not_trained():
    assert share_out(500, 3) == (MOST_FINALISTS, 3)
