"""What stands in for training on a cluster's nodes where the driver is what is measured: outcomes that are drawn."""

import numpy as np

from actloss_cli.datasets import Dataset
from actloss_cli.engine.outcome import TrialOutcome
from actloss_cli.execute.ray_cluster.tasks import Batch
from actloss_cli.plan.trial import Stack, Trial
from actloss_cli.store.packed import PackedOutcome, pack_outcomes

TRIAL_S = 0.01
"""What a drawn trial says it took: as long as one of the main grid, so that a task has as many of them."""


def draw_batch(batch: Batch, _: Dataset) -> list[list[PackedOutcome]]:
    """In place of `train_batch`."""
    return [draw_stack(stack) for stack in batch.stacks]


def draw_stack(stack: Stack) -> list[PackedOutcome]:
    """Packed, as workers do it."""
    return pack_outcomes(stack, [_draw(trial) for trial in stack.trials])


def _draw(trial: Trial) -> TrialOutcome:
    """The same for the same trial; with no more than a scheduler asks for."""
    draws = np.random.default_rng(int(trial.id, 16))
    curve = draws.random(trial.task.training.epochs, dtype=np.float32)
    return TrialOutcome("done", curves={"validation_score": curve}, elapsed_s=TRIAL_S)
