"""Targets in original units, coded as a loss wants them."""

import pytest
import torch

from actloss_cli.catalogue.coding import code_targets
from actloss_cli.catalogue.spec import Coding

CLASSES = torch.tensor([0, 2, 1])
LABELS = torch.tensor([0, 1, 1])
AMOUNTS = torch.tensor([0.0, 1.0, 5.0], dtype=torch.float64)


@pytest.mark.parametrize(
    ("y", "coding", "n_units", "expected"),
    [
        (CLASSES, Coding("index", per_class=True), 3, [0, 2, 1]),
        (CLASSES, Coding("one_hot", per_class=True), 3, [[1, 0, 0], [0, 0, 1], [0, 1, 0]]),
        (CLASSES, Coding("minus_plus", per_class=True), 3, [[1, -1, -1], [-1, -1, 1], [-1, 1, -1]]),
        (LABELS, Coding("minus_plus"), 1, [[-1], [1], [1]]),
        (LABELS, Coding("zero_one"), 1, [[0], [1], [1]]),
        (LABELS, Coding("one_hot", per_class=True), 2, [[1, 0], [0, 1], [0, 1]]),
    ],
    ids=str,
)
def test_classes_are_coded_in_one_unit_or_in_one_for_each(y, coding, n_units, expected):
    coded = code_targets(y, coding, n_units, y_mean=0.0, y_scale=1.0, dtype=torch.float32)
    assert coded.tolist() == expected
    assert coded.dtype == (torch.int64 if coding.target == "index" else torch.float32)


def test_a_value_is_standardised_and_a_rate_is_measured_in_its_mean():
    standardised = code_targets(AMOUNTS, Coding("standardised"), 1, y_mean=2.0, y_scale=4.0, dtype=torch.float32)
    assert standardised.tolist() == [[-0.5], [-0.25], [0.75]]
    rates = code_targets(AMOUNTS, Coding("rate"), 1, y_mean=0.0, y_scale=2.0, dtype=torch.float32)
    assert rates.tolist() == [[0.0], [0.5], [2.5]]
    assert rates.mean() == 1
