"""Schedules are those of torch's schedulers, from the shortest training on."""

import pytest
import torch

from actloss_cli.catalogue.spec import SCHEDULES
from actloss_cli.engine.plain_optimizer import build_scheduler
from actloss_cli.engine.schedule import factor


@pytest.mark.parametrize("n_steps", [1, 2, 3, 7, 10, 11, 100])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_step_has_the_rate_of_torchs_scheduler(schedule, n_steps):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
    scheduler = build_scheduler(optimizer, {"schedule": schedule}, n_steps)
    for step in range(n_steps):
        assert 0.5 * factor(schedule, step, n_steps) == pytest.approx(optimizer.param_groups[0]["lr"], abs=1e-12)
        optimizer.step()
        scheduler.step()


def test_the_schedules_shapes():
    assert [round(factor("cosine", t, 4), 4) for t in range(4)] == [1.0, 0.8536, 0.5, 0.1464]
    assert [round(factor("step", t, 6), 4) for t in range(6)] == [1.0, 1.0, 0.1, 0.1, 0.01, 0.01]
    assert [factor("warmup", t, 40) for t in range(6)] == [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    assert factor("warmup_cosine", 3, 40) == factor("warmup_cosine", 4, 40) == 1.0
    assert factor("warmup_cosine", 22, 40) == pytest.approx(0.5)
