"""Curves as characters on a terminal."""

import numpy as np

from actloss_cli.report.explain_sketch import side_by_side, sketch

X = np.linspace(-1, 1, 11)


def test_a_rising_and_a_falling_line_cross_in_the_middle():
    assert sketch("cross", X, [("0", -X), ("1", X)], width=15, height=3) == [
        "cross",
        " 1 |000     111",
        "   |   *****",
        "-1 |111     000",
        "    -1        1",
    ]


def test_a_value_that_is_not_there_leaves_its_column_empty():
    y = np.where(X < 0, np.nan, 1.0)
    assert sketch("half", X, [("1", y)], width=14, height=2)[2] == "1 |     111111"


def test_nothing_at_all_is_drawn_as_nothing():
    assert sketch("none", X, [("1", np.full(11, np.nan))], width=14, height=2)[1:3] == ["0 |", "0 |"]


def test_two_sketches_stand_side_by_side():
    assert side_by_side(["a", "bb"], ["c", "d"], 4) == ["a   c", "bb  d"]
