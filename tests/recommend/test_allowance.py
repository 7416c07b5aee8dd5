"""What may be spent: read as people write it, counted in epochs for a share, by the clock for a time."""

import math
import time

import pytest

from actloss_cli.config.expansion import expand
from actloss_cli.datasets import DatasetRef, load
from actloss_cli.errors import UserError
from actloss_cli.plan.plan import make_plan
from actloss_cli.plan.trial import Task, TrainingSpec
from actloss_cli.recommend.allowance import EXTENDED, ShareAllowance, TimeAllowance, read_allowance
from actloss_cli.recommend.budget import Prices
from actloss_cli.recommend.candidates import plain_default
from actloss_cli.recommend.grid import config_of
from actloss_cli.recommend.record import Rung

PRICES = Prices(screen_epoch=5.0, whole=1000.0)


@pytest.mark.parametrize(
    ("text", "allowance"),
    [
        ("90", TimeAllowance(90, 7.0, 2)),
        ("90s", TimeAllowance(90, 7.0, 2)),
        (" 2m ", TimeAllowance(120, 7.0, 2)),
        ("2 min", TimeAllowance(120, 7.0, 2)),
        ("1.5H", TimeAllowance(5400, 7.0, 2)),
        ("5%", ShareAllowance(0.05)),
        ("2.5 %", ShareAllowance(0.025)),
    ],
)
def test_a_budget_is_a_time_or_a_share(text, allowance):
    assert read_allowance(text, 7.0, 2) == allowance


@pytest.mark.parametrize("text", ["", "0", "0%", "101%", "-5s", "5 days", "fast", "1e3"])
def test_anything_else_is_refused(text):
    with pytest.raises(UserError) as caught:
        read_allowance(text, 7.0, 2)
    assert str(caught.value) == (
        f"error: --budget: {text!r} is neither a span of time nor a share of the whole grid"
        "\nhint: write it as in 90s, 2m, 1h or 5%"
    )


def test_a_share_counts_the_epochs_of_the_whole_protocol():
    ref = DatasetRef("wine")
    task = Task("wine", "multiclass", ref, load(ref, "multiclass").fingerprint, training=TrainingSpec(epochs=30))
    plan = make_plan(expand(config_of("one", task, [plain_default("multiclass")])))
    prices = ShareAllowance(0.05).prices(plan, plan)
    assert prices.screen_epoch == pytest.approx(5 * EXTENDED)  # learning rates
    assert prices.whole == pytest.approx(30 * (5 * 3 * EXTENDED + 10))


def test_of_a_share_the_rungs_are_taken_off():
    allowance = ShareAllowance(0.05)
    assert allowance.room(PRICES, 200, ()) == pytest.approx(0.05 * 200 * 1000)
    assert allowance.room(PRICES, 200, (Rung(100, 4), Rung(20, 12))) == pytest.approx(10_000 - 2000 - 1200)


def test_of_a_time_what_is_left_is_shared_by_the_workers():
    left = [TimeAllowance(60, time.monotonic() - 20, n).room(PRICES, 200, ()) for n in (1, 2)]
    assert 30 < left[0] < 40
    assert left[1] == pytest.approx(2 * left[0], abs=0.1)


def test_a_rung_that_took_twice_as_long_doubles_the_prices_of_a_time_and_none_of_a_share():
    # 100 pairings for 4 epochs at 5 s an epoch take 2000 s of one core, 1000 s of two.
    rung = Rung(100, 4)
    assert TimeAllowance(60, 0.0, 2).corrected(PRICES, rung, 2000.0) == Prices(10.0, 2000.0)
    assert TimeAllowance(60, 0.0, 2).corrected(PRICES, rung, math.inf) == Prices(20.0, 4000.0)
    assert ShareAllowance(0.05).corrected(PRICES, rung, 2000.0) == PRICES


def test_what_is_too_small_is_told_with_what_would_do():
    problems = [
        TimeAllowance(10, 0.0, 1).too_small(99, least=100.0, room=10.0).problems[0],
        ShareAllowance(0.01).too_small(99, least=300.0, room=100.0).problems[0],
    ]
    assert [one.message.partition(" is")[0] for one in problems] == ["a budget of 10 s", "a budget of 1 %"]
    # 1.2 (10 + 90 / 0.9), and 1.2 times three times as much
    assert [one.hint for one in problems] == ["give --budget 132s or more", "give --budget 4% or more"]
