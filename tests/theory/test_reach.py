"""What an output leaves of a regression's targets, against closed forms of the normal distribution."""

import numpy as np
import pytest
from scipy import stats

from actloss_cli.catalogue import Choice
from actloss_cli.theory.centre import centre_of
from actloss_cli.theory.reach import reach_of

NORMAL = stats.norm.ppf((np.arange(200_000) + 0.5) / 200_000)


@pytest.mark.parametrize(("output", "ceiling"), [("sigmoid", 0.425), ("relu", 0.5), ("tanh", 0.849), ("identity", 1)])
def test_the_r2_ceiling_of_standard_normal_targets(output, ceiling):
    assert reach_of(Choice.of(output), Choice.of("mse"), NORMAL).r2_ceiling == pytest.approx(ceiling, abs=1e-3)


def test_the_share_out_of_reach_is_the_normal_tail():
    found = reach_of(Choice.of("tanh"), Choice.of("mae"), NORMAL)
    assert found.unreachable == pytest.approx(2 * stats.norm.sf(1), abs=1e-4)
    assert (found.low, found.high) == (-1, 1)


def test_a_log_rate_reaches_every_rate():
    rates = stats.gamma(2).rvs(1000, random_state=0)
    assert reach_of(Choice.of("identity"), Choice.of("poisson"), rates / rates.mean()).unreachable == 0


def test_a_log_rate_that_is_not_negative_reaches_no_rate_below_the_mean():
    rates = np.array([0.5, 1.5])
    found = reach_of(Choice.of("relu"), Choice.of("poisson"), rates)
    assert (found.low, found.unreachable) == (1, 0.5)


@pytest.mark.parametrize(("loss", "centre"), [("mse", 1.0), ("mae", 0.0), ("huber", 1 / 3), ("poisson", 1.0)])
def test_what_a_loss_aims_at_on_a_target_that_is_0_or_4(loss, centre):
    # huber: 0.75 c = 0.25 holds where 4 - c > 1
    assert centre_of(Choice.of(loss)) == pytest.approx(centre, abs=0.01)
