"""The largest slopes and the ends that saturation is measured by are those of calculus."""

import math

import pytest

from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.interval import NOT_NEGATIVE, REAL, UNIT_OPEN, Interval
from actloss_cli.engine.saturation import end_zones, largest_slope


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        (Choice.of("sigmoid"), 1 / 4),
        (Choice.of("tanh"), 1),
        (Choice.of("relu"), 1),
        (Choice.of("elu", {"alpha": 2.0}), 2),
        (Choice.of("sine", {"omega": 3.0}), 3),
        (Choice.of("gaussian"), math.sqrt(2 / math.e)),
        (Choice.of("square"), 4),  # at 2, where inputs end
        (Choice.of("prelu", {"init": 1.5}), 1.5),
        (Choice.of("rrelu"), 1),
    ],
    ids=str,
)
def test_the_largest_slope_is_that_of_calculus(activation, expected):
    assert largest_slope(activation) == pytest.approx(expected, rel=1e-2)


@pytest.mark.parametrize("activation", ["softmax", "softmin"])
def test_a_unit_of_a_function_along_the_features_has_no_slope_of_its_own(activation):
    assert math.isnan(largest_slope(Choice.of(activation)))


@pytest.mark.parametrize(
    ("reach", "low", "high"),
    [
        (UNIT_OPEN, 0.001, 0.999),
        (Interval(-1.0, 1.0), -0.998, 0.998),
        (NOT_NEGATIVE, 0.001, math.inf),
        (Interval(-math.inf, 0.0), -math.inf, -0.001),
        (REAL, -math.inf, math.inf),
    ],
    ids=str,
)
def test_an_end_reaches_a_thousandth_of_the_range_inwards(reach, low, high):
    assert end_zones(reach) == pytest.approx((low, high))
