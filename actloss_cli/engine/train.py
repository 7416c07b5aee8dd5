"""Trains a stack: all its trials side by side, each with the numbers that it would have alone."""

from collections.abc import Sequence

import torch
from torch import Tensor

from actloss_cli.datasets import Dataset
from actloss_cli.engine import evaluation
from actloss_cli.engine.denormals import flushed_denormals
from actloss_cli.engine.feed import Feed, HeldOut, Weigh
from actloss_cli.engine.head import Head, head_for
from actloss_cli.engine.outcome import TrialOutcome
from actloss_cli.engine.problem import problem_for
from actloss_cli.engine.record import Record, all_finite
from actloss_cli.engine.stacked import StackedModel
from actloss_cli.plan.trial import Trial

CPU = torch.device("cpu")


class StackedTraining:
    """One stack's models, data and head; all trials share task, phase, output, loss and optimizer.

    Trials must be sorted by activation. A single trial is trained twice over, since a product of one matrix takes
    another kernel, with other rounding, than a batch of them.
    """

    def __init__(
        self,
        trials: Sequence[Trial],
        dataset: Dataset,
        *,
        device: torch.device = CPU,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self._n_asked = len(trials)
        trials = list(trials) * 2 if len(trials) == 1 else list(trials)
        self._task, phase = trials[0].task, trials[0].phase
        self.head: Head = head_for(self._task, trials[0].pairing, len(dataset.classes))
        seeds = sorted({trial.seed for trial in trials})
        seed_of = torch.tensor([seeds.index(trial.seed) for trial in trials], device=device)
        coding, n_units = self.head.coding, self.head.n_units
        self._problems = [problem_for(dataset, phase, seed, coding, n_units, dtype, device) for seed in seeds]
        self._scale = evaluation.Scale(
            *(
                torch.tensor([getattr(p, name) for p in self._problems], dtype=torch.float64, device=device)[
                    seed_of, None
                ]
                for name in ("y_mean", "y_scale")
            )
        )
        weigh: Weigh | None = None
        if self.head.balanced:
            weigh = "dividing" if self.head.loss.divides_by_weights else "scaling"
        self.feed = Feed(dataset, phase, seeds, self._problems, seed_of, self._task.training.batch_size, weigh)
        self.model = StackedModel(trials, self.feed, n_units, dtype, device)
        self.steps_per_epoch = self.feed.steps_per_epoch
        self._is_final = phase == "final"
        self._T = len(trials)

    @flushed_denormals()
    @torch.no_grad()
    def run(self) -> list[TrialOutcome]:
        """Trains for the task's budget; one outcome per trial, in order."""
        epochs = self._task.training.epochs
        record = Record(self._T, epochs)
        validation = self.feed.held_out([problem.validation for problem in self._problems])
        u = torch.empty(0)
        for epoch in range(epochs):
            train_loss = self.train_epoch(epoch)
            u = self._predict(validation)
            diverged = record.add(epoch, train_loss=train_loss, **self._validate(u, validation))
            self.model.freeze(diverged)
            if record.all_diverged:
                break
        test, rows = self._test(u, validation) if self._is_final else ({}, None)
        return record.outcomes(test, rows, self.feed.n_train)[: self._n_asked]

    @flushed_denormals()
    @torch.no_grad()
    def train_epoch(self, epoch: int, max_steps: int | None = None) -> Tensor:
        """One pass over the training rows, or its first steps; each trial's mean loss on the way `[T]`."""
        total = torch.zeros(self._T, dtype=torch.float64, device=self._scale.mean.device)
        for batch in self.feed.epoch(epoch, max_steps):
            z = self.model.forward(batch.x, training=True)
            loss, grad = self.head.loss_and_gradient(z, batch.target, batch.weights)
            self.model.backward(grad)
            self.model.update()
            total += loss * (batch.n / self.feed.n_train)
        return total

    def _predict(self, rows: HeldOut) -> Tensor:
        """Outputs `[T, C, N]` on held-out rows."""
        chunks = [self.head.activate(self.model.forward(x)).clone() for x in rows.xs]
        return torch.cat(chunks, 2)[:, :, : rows.y.shape[1]]

    def _validate(self, u: Tensor, rows: HeldOut) -> dict[str, Tensor]:
        """Loss and score `[T]` on validation rows; NaN where any output is not finite."""
        finite = all_finite(u)
        losses = self.head.losses(u, rows.target)
        loss = (losses.mean(1) if rows.weights is None else (losses * rows.weights).sum(1)).double()
        score = evaluation.score(u, rows.y, self._task.kind, self.head, self._scale)
        return {
            "validation_loss": torch.where(finite, loss, torch.nan),
            "validation_score": torch.where(finite, score, torch.nan),
        }

    def _test(self, validation_u: Tensor, validation: HeldOut) -> tuple[dict[str, Tensor], Tensor]:
        """Metrics `[T]` and row scores `[T, N]` on the test rows, touched here and nowhere else."""
        rows = self.feed.held_out([problem.test for problem in self._problems])
        u = self._predict(rows)
        arguments = (u, rows.y, self._task.kind, self.head, self._scale)
        found = evaluation.test_metrics(*arguments) | {"score": evaluation.score(*arguments)}
        if self._task.kind == "binary" and self.head.n_units == 1:
            found["score_tuned_threshold"] = evaluation.tuned_threshold_score(u, rows.y, validation_u, validation.y)
        return found, evaluation.row_scores(*arguments)
