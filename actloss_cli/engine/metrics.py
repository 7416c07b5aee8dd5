"""Scores and metrics of T trials at once: outputs u `[T, C, N]` against y `[T, N]`. A NaN stays in its trial."""

import numpy as np
import torch
from torch import Tensor

from actloss_cli.catalogue.spec import Implied
from actloss_cli.engine.head import Head
from actloss_cli.native import decisions

CALIBRATION_BINS = 15
"""Equal-width bins of the confidence, as in Guo et al. (2017)."""


def r2(predicted: Tensor, y: Tensor) -> Tensor:
    """1 - SSE / SST `[T]` of predictions `[T, N]`. On a constant y 1 if all are met, else 0: scikit-learn's rule."""
    sse = (predicted - y).square().sum(1)
    sst = (y - y.mean(1, keepdim=True)).square().sum(1)
    on_constant = torch.where(sse > 0, 0.0, 1 - sse)  # 1, or NaN where a prediction is
    return torch.where(sst > 0, 1 - sse / sst, on_constant)


def r2_rows(predicted: Tensor, y: Tensor) -> Tensor:
    """Each row's share in R² `[T, N]`: their mean is R², their spread its sampling error, by linearisation.

    R² = 1 - A/B with A, B the means of squared error a and squared deviation b: row = 1 - A/B - a/B + (A/B) b/B.
    On a constant y every row is R² itself.
    """
    a = (predicted - y).square()
    b = (y - y.mean(1, keepdim=True)).square()
    A, B = a.mean(1, keepdim=True), b.mean(1, keepdim=True)
    return torch.where(B > 0, 1 - A / B - a / B + (A / B) * b / B, r2(predicted, y)[:, None])


def regression_metrics(predicted: Tensor, y: Tensor) -> dict[str, Tensor]:
    """R², RMSE and MAE `[T]` in the target's own units."""
    error = predicted - y
    return {
        "r2": r2(predicted, y),
        "rmse": error.square().mean(1).sqrt(),
        "mae": error.abs().mean(1),
    }


def decide(u: Tensor, threshold: float | Tensor) -> Tensor:
    """Shares `[T, K, N]`: one unit above the threshold is class 1; C units: the largest, ties share. NaN: no share."""
    if u.shape[1] == 1:
        positive = (u > threshold).double()
        return torch.cat([1 - positive, positive], 1) * ~u.isnan()
    largest = (u == u.amax(1, keepdim=True)).double()
    return largest / largest.sum(1, keepdim=True).clamp_min(1)


def true_shares(u: Tensor, y: Tensor, threshold: float | Tensor) -> Tensor:
    """The share `[T, N]` of the decision that each row's true class got: `decide`, at that class alone."""
    if u.shape[1] == 1:
        u = u[:, 0]
        return (((u > threshold) == (y == 1)) & ~u.isnan()).double()
    largest = u.amax(1)
    is_largest = u == largest[:, None]
    right = (u.gather(1, y[:, None])[:, 0] == largest).double()
    if torch.count_nonzero(is_largest) == right.numel() and not largest.isnan().any():  # one per row: the usual case
        return right
    return right / is_largest.sum(1).clamp_min(1)


def balanced_decisions(u: Tensor, y: Tensor, threshold: float) -> Tensor:
    """Balanced accuracy `[T]` of the decisions on outputs `[T, C, N]`."""
    n_classes = max(2, u.shape[1])
    counts = decisions.class_counts(u, y, threshold, n_classes)
    if counts is None:
        return balanced_accuracy(true_shares(u, y, threshold), y, n_classes)
    right, total = counts
    return (right / total).nanmean(1)


def balanced_accuracy(shares: Tensor, y: Tensor, n_classes: int) -> Tensor:
    """Mean share `[T]` over the classes that are there; shares, y `[T, N]`."""
    right, total = right_and_total(shares, y, n_classes)
    return (right / total).nanmean(1)


def right_and_total(shares: Tensor, y: Tensor, n_classes: int) -> tuple[Tensor, Tensor]:
    """Of each class `[T, K]`, the sum of shares and the number of rows; shares, y `[T, N]`."""
    right = torch.zeros(len(y), n_classes, dtype=torch.float64, device=y.device)
    total = right.clone()
    right.scatter_add_(1, y, shares)
    total.scatter_add_(1, y, torch.ones_like(shares))
    return right, total


def classification_metrics(u: Tensor, y: Tensor, shares: Tensor, head: Head) -> dict[str, Tensor]:
    """Decision, ranking and probability metrics `[T]`; probability metrics are NaN where no probability is implied.

    shares `[T, N]` as `true_shares` gives them.
    """
    right, total = right_and_total(shares, y, max(2, u.shape[1]))
    said = decide(u, head.threshold).sum(2)
    metrics = {
        "accuracy": right.sum(1) / y.shape[1],
        "balanced_accuracy": (right / total).nanmean(1),
        "macro_f1": (2 * right / (total + said).clamp_min(1e-300)).mean(1),
    }
    if head.loss.implied is None:
        return metrics | {"roc_auc": roc_auc(u, y)}
    implied = head.loss.implied(u)
    # logits have a shift of their own in each sample, so only their probabilities rank samples
    ranking = implied.p if head.loss.takes == "logits" else u
    return metrics | {"roc_auc": roc_auc(ranking, y)} | probability_metrics(implied, y)


def roc_auc(u: Tensor, y: Tensor) -> Tensor:
    """Area under the ROC curve `[T]`: of u for one unit, of u_1 - u_0 for two, else the mean of one vs rest."""
    T, C, N = u.shape
    if C <= 2:
        return _auc((u[:, -1] - u[:, 0]) if C == 2 else u[:, 0], y == 1)
    is_class = y[:, None] == torch.arange(C, device=y.device)[:, None]  # (T, C, N)
    return _auc(u.reshape(T * C, N), is_class.reshape(T * C, N)).view(T, C).mean(1)


def _auc(score: Tensor, positive: Tensor) -> Tensor:
    """Mann-Whitney's U over its largest value, with mid-ranks for ties; `[M, N]` to `[M]`."""
    # NumPy sorts in whole vectors, several times as fast as torch; both put NaN last
    order = torch.from_numpy(np.argsort(score.cpu().numpy(), axis=1)).to(score.device)
    ordered, positive = score.gather(1, order), positive.gather(1, order)
    place = torch.arange(1, score.shape[1] + 1, dtype=torch.float64, device=score.device)
    rank_sum = (place * positive).sum(1)
    tied = (ordered[:, 1:] == ordered[:, :-1]).any(1)
    if tied.any():
        values = ordered[tied].contiguous()
        low, high = torch.searchsorted(values, values), torch.searchsorted(values, values, right=True)
        rank_sum[tied] = ((low + high + 1).double() / 2 * positive[tied]).sum(1)
    n_positive = positive.sum(1)
    n_negative = positive.shape[1] - n_positive
    area = (rank_sum - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative)
    return torch.where(ordered[:, -1].isnan(), torch.nan, area)  # NaN sorts last


def probability_metrics(implied: Implied, y: Tensor) -> dict[str, Tensor]:
    """Log loss, Brier score and expected calibration error `[T]`."""
    error = torch.where(implied.has_log_loss, calibration_error(implied.p.double(), y), torch.nan)
    return proper_scores(implied, y) | {"ece": error}


def proper_scores(implied: Implied, y: Tensor) -> dict[str, Tensor]:
    """Log loss (clipped at the resolution of p) and Brier score `[T]`.

    The Brier score sums over the classes, and is halved for two of them, so that it is (p - y)² there.
    """
    resolution = torch.finfo(implied.p.dtype).eps
    p = implied.p.double()
    of_true = p.gather(1, y[:, None]).squeeze(1)
    log_loss = -of_true.clamp(resolution, 1 - resolution).log().mean(1)
    # the sum over the classes of (p - y)², y being 1 at the true one
    brier = (p.square().sum(1) - 2 * of_true + 1).mean(1) / (2 if p.shape[1] == 2 else 1)
    return {
        "log_loss": torch.where(implied.has_log_loss, log_loss, torch.nan),
        "brier": brier,
    }


def calibration_error(p: Tensor, y: Tensor) -> Tensor:
    """Expected calibration error `[T]`: |confidence - accuracy| of the likeliest class, over bins by confidence."""
    confidence, decided = p.max(1)
    gap = confidence - (decided == y).double()
    place = (confidence * CALIBRATION_BINS).ceil().long().clamp(1, CALIBRATION_BINS) - 1
    per_bin = torch.zeros(p.shape[0], CALIBRATION_BINS, dtype=torch.float64, device=p.device)
    error = per_bin.scatter_add_(1, place, gap.nan_to_num()).abs().sum(1) / y.shape[1]
    return torch.where(confidence.isnan().any(1), torch.nan, error)


def best_threshold(u: Tensor, y: Tensor) -> Tensor:
    """For one unit, the threshold `[T]` with the best balanced accuracy: midway between neighbouring outputs.

    u, y `[T, N]`, both classes present. Ties between thresholds go to the lowest; NaN outputs give NaN.
    """
    ordered, order = u.double().sort(1)
    positive = y.gather(1, order).double()
    negative = 1 - positive
    # threshold after the k-th row: rows 0..k are called negative
    gain = negative.cumsum(1) / negative.sum(1, keepdim=True) - positive.cumsum(1) / positive.sum(1, keepdim=True)
    last_of_ties = torch.ones_like(gain, dtype=torch.bool)
    last_of_ties[:, :-1] = ordered[:, 1:] > ordered[:, :-1]
    gain = torch.where(last_of_ties, gain, -torch.inf)
    best = gain.argmax(1, keepdim=True)
    after = ordered.gather(1, (best + 1).clamp_max(u.shape[1] - 1))
    middle = ((ordered.gather(1, best) + after) / 2).squeeze(1)
    # better than calling every row positive?
    threshold = torch.where(gain.gather(1, best).squeeze(1) > 0, middle, ordered[:, 0] - 1)
    return torch.where(u.isnan().any(1), torch.nan, threshold)
