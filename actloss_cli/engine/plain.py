"""The plain PyTorch loop: one trial, `nn.Module`, torch's own losses and `torch.optim`. The engine's specification.

Samples first, `[B, D]` to `[B, C]`, as a textbook has it. It shares with the stack what makes a comparison fair (data,
split, initial weights, minibatch order, metrics) and nothing of what is to be compared. It also trains what cannot be
stacked.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from actloss_cli import catalogue
from actloss_cli.datasets import Dataset
from actloss_cli.engine import evaluation
from actloss_cli.engine.denormals import flushed_denormals
from actloss_cli.engine.feed import chunk_size
from actloss_cli.engine.head import head_for
from actloss_cli.engine.outcome import TrialOutcome
from actloss_cli.engine.plain_diagnostics import PlainDiagnostics
from actloss_cli.engine.plain_model import build_model
from actloss_cli.engine.plain_optimizer import build_clip, build_optimizer, build_scheduler
from actloss_cli.engine.problem import Part, epoch_order, problem_for
from actloss_cli.engine.record import Record, all_finite
from actloss_cli.plan.trial import Trial

CPU = torch.device("cpu")


class PlainTraining:
    """One trial with the ordinary tools."""

    def __init__(
        self, trial: Trial, dataset: Dataset, *, device: torch.device = CPU, dtype: torch.dtype = torch.float32
    ) -> None:
        self._trial, self._dataset = trial, dataset
        self._head = head_for(trial.task, trial.pairing, len(dataset.classes))
        coding, n_units = self._head.coding, self._head.n_units
        self._problem = problem_for(dataset, trial.phase, trial.seed, coding, n_units, dtype, device)
        n_rows, training = len(self._problem.train.y), trial.task.training
        self.steps_per_epoch = -(-n_rows // training.batch_size)
        self.model = build_model(trial, dataset.X.shape[1], n_units, n_rows).to(device, dtype)
        self._loss = self._mean_loss()
        n_first, validation = chunk_size(training.batch_size, n_rows), self._problem.validation
        activation = trial.pairing.activation
        self._diagnostics = PlainDiagnostics(self.model, self._head, activation, self._loss, validation, n_first)
        self._before_last_step: Callable[[], None] | None = None
        """What an epoch does before its last step."""
        choice = trial.pairing.optimizer
        settings = choice.settings(catalogue.optimizer(choice.name))
        self._optimizer = build_optimizer(trial, self.model)
        self._clip = build_clip(settings, self.model)
        self._scheduler = build_scheduler(self._optimizer, settings, training.epochs * self.steps_per_epoch)
        mean, scale = self._problem.y_mean, self._problem.y_scale
        self._scale = evaluation.Scale(
            *(torch.tensor([[v]], dtype=torch.float64, device=device) for v in (mean, scale))
        )

    @flushed_denormals()
    def run(self) -> TrialOutcome:
        """Trains for the task's budget."""
        epochs = self._trial.task.training.epochs
        record = Record(1, epochs, self._trial.task.model.n_hidden)
        record.diagnose(0, self._diagnostics.measure())
        u = torch.empty(0)
        for epoch in range(epochs):
            is_diagnosed = epoch + 1 in record.diagnosed
            self._before_last_step = self._diagnostics.keep if is_diagnosed else None
            train_loss = self.train_epoch(epoch)
            u = self._predict(self._problem.validation)
            record.add(epoch, train_loss=train_loss, **self._validate(u))
            if record.all_diverged:
                break
            if is_diagnosed:
                record.diagnose(epoch + 1, self._diagnostics.measure())
        test, rows = self._test(u) if self._trial.phase == "final" and not record.all_diverged else ({}, None)
        return record.outcomes(test, rows, len(self._problem.train.y))[0]

    @flushed_denormals()
    def train_epoch(self, epoch: int, max_steps: int | None = None) -> Tensor:
        """One pass over the training rows, or its first steps; the mean loss on the way `[1]`."""
        part, trial = self._problem.train, self._trial
        order = epoch_order(self._dataset, trial.phase, trial.seed, epoch, len(part.X)).to(part.X.device)
        total = torch.zeros(1, dtype=torch.float64, device=part.X.device)
        self.model.train()
        for step, rows in enumerate(torch.split(order, trial.task.training.batch_size)):
            if step == max_steps:
                break
            if self._before_last_step is not None and step == self.steps_per_epoch - 1:
                self._before_last_step()
            loss = self._step(self._closure(part.X[rows], part.target[rows], part.y[rows]))
            self._scheduler.step()
            total += loss * (len(rows) / len(part.X))
        return total

    def _step(self, closure: Callable[[], float]) -> float:
        """The loss before one step; NaN, and no step, where torch's strong Wolfe search fails on a loss that is NaN."""
        losses: list[float] = []

        def evaluate() -> float:
            losses.append(closure())
            return losses[-1]

        try:
            return self._optimizer.step(evaluate)
        except IndexError:
            if not math.isnan(losses[-1]):
                raise
            self._optimizer.state.clear()  # left half changed
            return math.nan

    def _closure(self, x: Tensor, target: Tensor, y: Tensor) -> Callable[[], float]:
        """What an optimizer calls for the loss and its gradients, most of them once a step, some without autograd."""

        @torch.enable_grad()
        def evaluate() -> float:
            self._optimizer.zero_grad()
            loss = self._loss(self.model(x), target, y)
            loss.backward()  # type: ignore[no-untyped-call]
            self._clip()
            return loss.item()

        return evaluate

    def _mean_loss(self) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
        """Of outputs, coded target and labels: by the class that torch has, where it has one for this case."""
        spec, hyper = self._head.loss, self._head.loss_hyper
        if self._head.balanced and not (spec.module is not None and spec.divides_by_weights):
            weights = self._problem.class_weights
            return lambda u, target, y: (spec.per_sample(u, target, **hyper) * weights[y]).mean()
        if spec.module is None:
            return lambda u, target, y: spec.per_sample(u, target, **hyper).mean()
        weighing = {"weight": self._problem.class_weights} if self._head.balanced else {}
        module = _NanSafe(spec.module(**hyper, **weighing))
        return lambda u, target, y: module(u, target)

    @torch.no_grad()
    def _predict(self, part: Part) -> Tensor:
        """Outputs `[1, C, N]`."""
        self.model.eval()
        u: Tensor = self.model(part.X)
        return u.T[None]

    @torch.no_grad()
    def _validate(self, u: Tensor) -> dict[str, Tensor]:
        part, finite = self._problem.validation, all_finite(u)
        loss = self._loss(u[0].T, part.target, part.y).double()[None]
        score = evaluation.score(u, part.y[None], self._trial.task.kind, self._head, self._scale)
        return {
            "validation_loss": torch.where(finite, loss, torch.nan),
            "validation_score": torch.where(finite, score, torch.nan),
        }

    @torch.no_grad()
    def _test(self, validation_u: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        test, validation = self._problem.test, self._problem.validation
        u, kind = self._predict(test), self._trial.task.kind
        return evaluation.test_report(u, test.y[None], validation_u, validation.y[None], kind, self._head, self._scale)


class _NanSafe(nn.Module):
    """Gives NaN for NaN outputs, which BCELoss answers with an error instead: divergence is a result, not a bug."""

    def __init__(self, loss: nn.Module) -> None:
        super().__init__()
        self._loss = loss

    def forward(self, u: Tensor, target: Tensor) -> Tensor:
        result: Tensor = u.sum() if u.isnan().any() else self._loss(u, target)
        return result
