"""What a target column is taken for, and the sign that is told."""

import numpy as np
import pandas as pd
import pytest

from actloss_cli.recommend.kind import find_kind

NAN = float("nan")


@pytest.mark.parametrize(
    ("values", "kind", "sign"),
    [
        (["no", "yes"] * 30, "binary", "the target has two values, 'no' and 'yes'"),
        ([0, 1] * 30, "binary", "the target has two values, '0' and '1'"),
        ([1.0, 2.0, NAN] * 30, "binary", "the target has two values, '1.0' and '2.0'"),
        ([True, False] * 30, "binary", "the target has two values, 'False' and 'True'"),
        (["a", "b", "c"] * 20, "multiclass", "the target is text, of 3 values"),
        ([0, 1, 2] * 20, "multiclass", "the target holds the whole numbers 0 to 2 alone, as numbered classes"),
        ([1, 2, 3, 4] * 20, "multiclass", "the target holds the whole numbers 1 to 4 alone, as numbered classes"),
        ([0, 1, 3] * 20, "regression", "the target holds numbers, 3 distinct ones"),
        ([0, 0.5, 1] * 20, "regression", "the target holds numbers, 3 distinct ones"),
        ([2, 3, 4] * 20, "regression", "the target holds numbers, 3 distinct ones"),
        ([0, 1, 2] * 20 + [3], "regression", "the target holds numbers, 4 distinct ones"),
        (list(range(21)) * 10, "regression", "the target holds numbers, 21 distinct ones"),
        (np.linspace(0, 1, 1234), "regression", "the target holds numbers, 1,234 distinct ones"),
    ],
)
def test_the_target_column_says_which_kind_of_task_it_makes(values, kind, sign):
    found = find_kind(pd.Series(values, name="y"))
    assert (found.kind, found.reason) == (kind, sign)


def test_long_texts_are_cut_in_the_reason():
    found = find_kind(pd.Series(["a" * 30, "b"] * 20))
    assert found.reason == f"the target has two values, '{'a' * 17}...' and 'b'"
