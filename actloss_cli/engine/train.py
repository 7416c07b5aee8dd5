"""Trains a stack: all its trials side by side, each with the numbers that it would have alone."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from actloss_cli.datasets import Dataset
from actloss_cli.engine import evaluation
from actloss_cli.engine.denormals import flushed_denormals
from actloss_cli.engine.diagnostics import StackedDiagnostics
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
        self._activations = [trial.pairing.activation for trial in trials]
        self._before_last_step: Callable[[], None] | None = None
        """What an epoch does between its last gradients and their step."""
        self._T = len(trials)

    @flushed_denormals()
    @torch.no_grad()
    def run(self) -> list[TrialOutcome]:
        """Trains for the task's budget; one outcome per trial, in order."""
        epochs = self._task.training.epochs
        record = Record(self._T, epochs, self._task.model.n_hidden)
        parts = [problem.validation for problem in self._problems]
        validation, first = self.feed.held_out(parts), self.feed.first_chunk(parts)
        diagnostics = StackedDiagnostics(self.model, self.head, self._activations, first, validation.y.shape[1])
        u = self._predict(validation, self._room(validation), diagnostics.see)
        record.diagnose(0, diagnostics.measure(validation.real(u)))
        for epoch in range(epochs):
            is_diagnosed = epoch + 1 in record.diagnosed
            self._before_last_step = diagnostics.keep if is_diagnosed else None
            train_loss = self.train_epoch(epoch)
            self._predict(validation, u, diagnostics.see if is_diagnosed else None)
            if is_diagnosed:
                record.diagnose(epoch + 1, diagnostics.measure(validation.real(u)))
            diverged = record.add(epoch, train_loss=train_loss, **self._validate(u, validation))
            self.model.freeze(diverged)
            if record.all_diverged:
                break
        test, rows = self._test(validation.real(u), validation) if self._is_final else ({}, None)
        return record.outcomes(test, rows, self.feed.n_train)[: self._n_asked]

    @flushed_denormals()
    @torch.no_grad()
    def train_epoch(self, epoch: int, max_steps: int | None = None) -> Tensor:
        """One pass over the training rows, or its first steps; each trial's mean loss on the way `[T]`."""
        total = torch.zeros(self._T, dtype=torch.float64, device=self._scale.mean.device)
        for step, batch in enumerate(self.feed.epoch(epoch, max_steps), 1):
            z = self.model.forward(batch.x, n_trained=batch.n)
            loss, grad = self.head.loss_and_gradient(z, batch.target, batch.weights)
            self.model.backward(grad)
            if self._before_last_step is not None and step == self.steps_per_epoch:
                self._before_last_step()
            self.model.update()
            total += loss * (batch.n / self.feed.n_train)
        return total

    def _room(self, rows: HeldOut) -> Tensor:
        """For outputs on these rows `[T, C, K B]`."""
        return rows.xs.new_empty(self._T, self.head.n_units, len(rows.xs) * self.feed.B)

    def _predict(self, rows: HeldOut, u: Tensor, see: Callable[[Tensor], None] | None = None) -> Tensor:
        """Fills u with outputs `[T, C, K B]` on held-out rows; `see` gets each chunk's z, which it may spend."""
        for x, chunk in zip(rows.xs, torch.split(u, self.feed.B, 2), strict=True):
            z = self.model.forward(x)
            chunk.copy_(z)
            if see is not None:
                see(z)
        return self.head.activate_(u)

    def _validate(self, u: Tensor, rows: HeldOut) -> dict[str, Tensor]:
        """Loss and score `[T]` of outputs `[T, C, K B]` on validation rows; NaN where any of them is not finite."""
        finite = all_finite(u)
        loss = self.head.mean_losses(u, rows.target, rows.weights).double()
        score = evaluation.score(rows.real(u), rows.y, self._task.kind, self.head, self._scale)
        return {
            "validation_loss": torch.where(finite, loss, torch.nan),
            "validation_score": torch.where(finite, score, torch.nan),
        }

    def _test(self, validation_u: Tensor, validation: HeldOut) -> tuple[dict[str, Tensor], Tensor]:
        """Metrics `[T]` and row scores `[T, N]` on the test rows, touched here and nowhere else."""
        rows = self.feed.held_out([problem.test for problem in self._problems])
        u = rows.real(self._predict(rows, self._room(rows)))
        return evaluation.test_report(u, rows.y, validation_u, validation.y, self._task.kind, self.head, self._scale)
