"""The class probabilities that outputs imply: u `[T, C, N]` to p `[T, K, N]`, K = 2 for one unit.

Each function here is one row's last column in the table of losses. p is NaN for a trial that implies none.
"""

import torch
from torch import Tensor

from actloss_cli.catalogue.spec import Implied

SUM_TOLERANCE = 1e-3
"""How far from 1 probabilities may sum and still count as probabilities."""


def logistic(u: Tensor) -> Implied:
    """A logit's sigmoid; C units one against the rest: their sigmoids, scaled to sum to 1."""
    return normalised(torch.sigmoid(u))


def softmax(u: Tensor) -> Implied:
    """The softmax of C logits."""
    return _all(torch.softmax(u, 1))


def normalised(u: Tensor) -> Implied:
    """One unit: u itself. C units: u / sum u; NaN for a trial where that is not a distribution."""
    if u.shape[1] == 1:
        return _all(torch.cat([1 - u, u], 1))
    p = u / u.sum(1, keepdim=True)
    return _all(torch.where(_throughout((p >= 0) & (p <= 1)), p, torch.nan))


def distribution(u: Tensor) -> Implied:
    """Probabilities as they are; NaN for a trial where one leaves [0, 1] or they do not sum to 1 within 1e-3."""
    return _all(torch.where(_throughout((u >= 0) & (u <= 1) & _sums_to_one(u)), u, torch.nan))


def exponential(u: Tensor) -> Implied:
    """Log-probabilities to exp(u); NaN for a trial where that does not sum to 1 within 1e-3."""
    p = u.exp()
    return _all(torch.where(_throughout(_sums_to_one(p)), p, torch.nan))


def clipped(u: Tensor) -> Implied:
    """A squared error's u on classes: as it is where it lies in [0, 1], else clipped and good for Brier alone."""
    within = _throughout((u >= 0) & (u <= 1))
    if u.shape[1] == 1:
        p = u.clamp(0, 1)
        return Implied(torch.cat([1 - p, p], 1), within[:, 0, 0])
    total = u.sum(1, keepdim=True)
    within = within & _throughout(total > 0)
    return Implied(torch.where(within, u / total, u.clamp(0, 1)), within[:, 0, 0])


def _sums_to_one(p: Tensor) -> Tensor:
    """Per sample `[T, 1, N]`."""
    return (p.sum(1, keepdim=True) - 1).abs() <= SUM_TOLERANCE


def _throughout(condition: Tensor) -> Tensor:
    """Per trial, whether a condition `[T, .., N]` holds everywhere: `[T, 1, 1]`."""
    return condition.flatten(1).all(1)[:, None, None]


def _all(p: Tensor) -> Implied:
    return Implied(p, torch.ones(p.shape[0], dtype=torch.bool, device=p.device))
