"""From outputs to what a trial reports: its score after each epoch, its metrics and row scores at the end.

Shared by the stack and the plain loop: both hand over outputs u `[T, C, N]`, so a metric means the same in either.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from actloss_cli.catalogue.spec import Kind
from actloss_cli.engine import metrics
from actloss_cli.engine.head import Head


@dataclass(frozen=True)
class Scale:
    """How a regression's standardised outputs become original units: mean and standard deviation `[T, 1]`."""

    mean: Tensor
    std: Tensor

    def predict(self, u: Tensor, head: Head) -> Tensor:
        """Outputs `[T, 1, N]` to predictions `[T, N]` float64."""
        return head.predict(u.double())[:, 0] * self.std + self.mean


def score(u: Tensor, y: Tensor, kind: Kind, head: Head, scale: Scale) -> Tensor:
    """R² of a regression, balanced accuracy of a classification `[T]` float64; y `[T, N]`."""
    if kind == "regression":
        return metrics.r2(scale.predict(u, head), y)
    return metrics.balanced_decisions(u, y, head.threshold)


def test_report(
    u: Tensor, y: Tensor, validation_u: Tensor, validation_y: Tensor, kind: Kind, head: Head, scale: Scale
) -> tuple[dict[str, Tensor], Tensor]:
    """What a final trial reports of its test rows y `[T, N]`: every metric of the kind `[T]`, and row scores `[T, N]`.

    A row score is the row's share in the score: R² by linearisation, else the share that the true class got.
    """
    if kind == "regression":
        predicted = scale.predict(u, head)
        found = metrics.regression_metrics(predicted, y)
        return found | {"score": found["r2"]}, metrics.r2_rows(predicted, y)
    shares = metrics.true_shares(u, y, head.threshold)
    found = metrics.classification_metrics(u, y, shares, head)
    found["score"] = found["balanced_accuracy"]
    found |= validation_probabilities(validation_u, validation_y, kind, head)
    if kind == "binary" and head.n_units == 1:
        found["score_tuned_threshold"] = tuned_threshold_score(u, y, validation_u, validation_y)
    return found, shares


def validation_probabilities(u: Tensor, y: Tensor, kind: Kind, head: Head) -> dict[str, Tensor]:
    """Log loss and Brier score `[T]` of the probabilities that validation outputs imply, if the loss has any."""
    if kind == "regression" or head.loss.implied is None:
        return {}
    found = metrics.proper_scores(head.loss.implied(u), y)
    return {f"validation_{name}": value for name, value in found.items()}


def tuned_threshold_score(u: Tensor, y: Tensor, validation_u: Tensor, validation_y: Tensor) -> Tensor:
    """Balanced accuracy `[T]` of one unit at the threshold that is best on validation; outputs `[T, 1, N]`."""
    threshold = metrics.best_threshold(validation_u[:, 0], validation_y)
    tuned = metrics.balanced_accuracy(metrics.true_shares(u.double(), y, threshold[:, None]), y, 2)
    return torch.where(threshold.isnan(), torch.nan, tuned)
