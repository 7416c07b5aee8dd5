"""The order of pairings, against pandas' own sort by five columns."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from actloss_cli.analysis.pairing_order import best_first
from actloss_cli.analysis.pairing_row import FUNCTIONS

SCORES = st.sampled_from([np.nan, np.inf, -np.inf, -0.0, 0.0, 0.5, 0.9])
NAMES = st.sampled_from(["adam", "Adam", "sgd", "sgd(momentum=0.9)", "é", "\U0001f600"])


@given(st.lists(st.tuples(SCORES, NAMES, NAMES, NAMES, NAMES), max_size=12))
def test_the_best_come_first_then_by_name_and_those_without_a_score_last(rows):
    pairings = pd.DataFrame(rows, columns=["score", *FUNCTIONS]).astype({"score": "float64"})
    ascending = [False, True, True, True, True]
    expected = pairings.sort_values(["score", *FUNCTIONS], ascending=ascending, na_position="last", kind="stable")
    pd.testing.assert_frame_equal(best_first(pairings, "score"), expected)
