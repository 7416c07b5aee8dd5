"""What a regression's loss aims at: the prediction that is best for a skewed target, held against its mean."""

import torch

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice

VALUES, RATES = (0.0, 4.0), (0.75, 0.25)
"""A target that is 0 or 4 standard deviations off: the mean is 1, the median 0."""
MEAN = 1.0
SAME_CENTRE = 0.01


def centre_of(loss: Choice) -> float:
    """The prediction c that makes E loss(c, y) least, by a grid of 1/500."""
    spec = catalogue.loss(loss.name)
    u = torch.linspace(-5, 5, 5001, dtype=torch.float64)[:, None]  # (M, 1)
    expected = sum(
        rate * spec.per_sample(u, torch.full_like(u, value), **loss.hyper(spec))
        for value, rate in zip(VALUES, RATES, strict=True)
    )
    best = u[torch.as_tensor(expected).argmin(), 0]
    return float(best if spec.link is None else spec.link(best))
