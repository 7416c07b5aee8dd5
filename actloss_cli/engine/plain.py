"""The plain PyTorch loop: one trial, `nn.Module`, torch's own losses and `torch.optim`. The engine's specification.

Samples first, `[B, D]` to `[B, C]`, as a textbook has it. It shares with the stack what makes a comparison fair (data,
split, initial weights, minibatch order, metrics) and nothing of what is to be compared.
"""

import itertools
from collections.abc import Callable

import torch
from torch import Tensor, nn, optim

from actloss_cli import catalogue
from actloss_cli.catalogue.spec import ActivationSpec
from actloss_cli.datasets import Dataset
from actloss_cli.engine import evaluation
from actloss_cli.engine.denormals import flushed_denormals
from actloss_cli.engine.head import head_for
from actloss_cli.engine.initialise import initial_weights
from actloss_cli.engine.outcome import TrialOutcome
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
        self.model = build_model(trial, dataset.X.shape[1], n_units).to(device, dtype)
        self._loss = self._mean_loss()
        self._optimizer = build_optimizer(trial, self.model)
        mean, scale = self._problem.y_mean, self._problem.y_scale
        self._scale = evaluation.Scale(
            *(torch.tensor([[v]], dtype=torch.float64, device=device) for v in (mean, scale))
        )

    @flushed_denormals()
    def run(self) -> TrialOutcome:
        """Trains for the task's budget."""
        epochs = self._trial.task.training.epochs
        record = Record(1, epochs)
        u = torch.empty(0)
        for epoch in range(epochs):
            train_loss = self.train_epoch(epoch)
            u = self._predict(self._problem.validation)
            record.add(epoch, train_loss=train_loss, **self._validate(u))
            if record.all_diverged:
                break
        test, rows = self._test(u) if self._trial.phase == "final" and not record.all_diverged else ({}, None)
        return record.outcomes(test, rows, len(self._problem.train.y))[0]

    @flushed_denormals()
    def train_epoch(self, epoch: int, max_steps: int | None = None) -> Tensor:
        """One pass over the training rows, or its first steps; the mean loss on the way `[1]`."""
        X, target = self._problem.train.X, self._problem.train.target
        trial = self._trial
        order = epoch_order(self._dataset, trial.phase, trial.seed, epoch, len(X)).to(X.device)
        total = torch.zeros(1, dtype=torch.float64, device=X.device)
        for step, rows in enumerate(torch.split(order, trial.task.training.batch_size)):
            if step == max_steps:
                break
            self._optimizer.zero_grad()
            loss = self._loss(self.model(X[rows]), target[rows])
            loss.backward()  # type: ignore[no-untyped-call]
            self._optimizer.step()
            total += loss.detach() * (len(rows) / len(X))
        return total

    def _mean_loss(self) -> Callable[[Tensor, Tensor], Tensor]:
        """The class that torch has, where it has one, else the declaration's per-sample loss, averaged."""
        spec, hyper = self._head.loss, self._head.loss_hyper
        if spec.module is not None:
            module: nn.Module = _NanSafe(spec.module(**hyper))
            return module
        return lambda u, target: spec.per_sample(u, target, **hyper).mean()

    @torch.no_grad()
    def _predict(self, part: Part) -> Tensor:
        """Outputs `[1, C, N]`."""
        u: Tensor = self.model(part.X)
        return u.T[None]

    @torch.no_grad()
    def _validate(self, u: Tensor) -> dict[str, Tensor]:
        part, finite = self._problem.validation, all_finite(u)
        loss = self._loss(u[0].T, part.target).double()[None]
        score = evaluation.score(u, part.y[None], self._trial.task.kind, self._head, self._scale)
        return {
            "validation_loss": torch.where(finite, loss, torch.nan),
            "validation_score": torch.where(finite, score, torch.nan),
        }

    @torch.no_grad()
    def _test(self, validation_u: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        y = self._problem.test.y[None]
        u = self._predict(self._problem.test)
        arguments = (u, y, self._trial.task.kind, self._head, self._scale)
        found = evaluation.test_metrics(*arguments) | {"score": evaluation.score(*arguments)}
        if self._trial.task.kind == "binary" and self._head.n_units == 1:
            validation_y = self._problem.validation.y[None]
            found["score_tuned_threshold"] = evaluation.tuned_threshold_score(u, y, validation_u, validation_y)
        return found, evaluation.row_scores(*arguments)


class _NanSafe(nn.Module):
    """Gives NaN for NaN outputs, which BCELoss answers with an error instead: divergence is a result, not a bug."""

    def __init__(self, loss: nn.Module) -> None:
        super().__init__()
        self._loss = loss

    def forward(self, u: Tensor, target: Tensor) -> Tensor:
        result: Tensor = u.sum() if u.isnan().any() else self._loss(u, target)
        return result


def build_model(trial: Trial, n_features: int, n_units: int) -> nn.Sequential:
    """The MLP as torch users write it, output activation last, with the trial's initial weights."""
    activation, output = (
        catalogue.activation(choice.name) for choice in (trial.pairing.activation, trial.pairing.output)
    )
    widths = [n_features, *trial.task.model.hidden, n_units]
    layers: list[nn.Module] = []
    for depth, (n_in, n_out) in enumerate(itertools.pairwise(widths)):
        linear = nn.Linear(n_in, n_out)
        weight, bias = initial_weights(trial.task.model.init, trial.phase, trial.seed, depth, n_out, n_in)
        with torch.no_grad():
            linear.weight.copy_(weight)
            linear.bias.copy_(bias)
        is_last = depth == len(widths) - 2
        choice = trial.pairing.output if is_last else trial.pairing.activation
        layers += [linear, build_module(output if is_last else activation, choice.overrides)]
    return nn.Sequential(*layers)


def build_module(spec: ActivationSpec, overrides: tuple[tuple[str, object], ...]) -> nn.Module:
    """A fresh module of the activation, with its hyperparameters."""
    return spec.module(**{**spec.hyper, **dict(overrides)})


def build_optimizer(trial: Trial, model: nn.Module) -> optim.Optimizer:
    """torch.optim's class with the trial's learning rate and hyperparameters."""
    spec, choice = catalogue.optimizer(trial.pairing.optimizer.name), trial.pairing.optimizer
    arguments = {"lr": trial.lr, **choice.hyper(spec.hyper), **spec.torch_kwargs}
    return spec.torch_class(model.parameters(), **arguments)
