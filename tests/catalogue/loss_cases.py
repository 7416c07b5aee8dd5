"""Random outputs and targets in every coding, and every loss with its hyperparameters at several values."""

import torch

from actloss_cli.catalogue import LOSSES

GENERATOR = torch.Generator().manual_seed(11)
T, C, B = 3, 4, 32
Z = torch.randn(T, C, B, dtype=torch.float64, generator=GENERATOR)
INDEX = torch.randint(C, (T, B), generator=GENERATOR)
ONE_HOT = torch.nn.functional.one_hot(INDEX, C).double().transpose(1, 2)
LABEL = (torch.rand(T, 1, B, generator=GENERATOR) < 0.4).double()
REAL = torch.randn(T, 1, B, dtype=torch.float64, generator=GENERATOR)
RATE = torch.randint(5, (T, 1, B), generator=GENERATOR) / 2.0

VARIANTS = {
    "huber": [{"delta": 0.3}, {"delta": 2.5}],
    "smooth_l1": [{"beta": 0.0}, {"beta": 0.3}],
    "quantile": [{"q": 0.1}, {"q": 0.9}],
    "focal": [{"gamma": 0.0}, {"gamma": 0.5, "alpha": 0.1}, {"gamma": 5.0, "alpha": 1.0}],
    "cross_entropy": [{"label_smoothing": 0.1}, {"label_smoothing": 0.9}],
    "multi_margin": [{"p": 2}, {"margin": 0.0}, {"p": 2, "margin": 0.3}],
}
HYPERS = [(spec, {**spec.hyper, **variant}) for spec in LOSSES for variant in ({}, *VARIANTS.get(spec.name, ()))]
CASES = [(spec, hyper, coding) for spec, hyper in HYPERS for coding in spec.codings.values()]


def name_of(value):
    """What a case is called in pytest's list."""
    return value.name if hasattr(value, "name") else str(value)


def outputs(spec, coding):
    """Outputs `[T, C, B]` or `[T, 1, B]` inside the loss's domain."""
    z = Z if coding.per_class else Z[:, :1]
    squash = {"probability": torch.sigmoid, "probabilities": lambda x: torch.softmax(x, 1)}
    return squash.get(spec.takes, lambda x: x)(z)


def targets(coding):
    """Targets as the coding has them."""
    return {
        "index": INDEX,
        "one_hot": ONE_HOT,
        "zero_one": LABEL,
        "minus_plus": 2 * (ONE_HOT if coding.per_class else LABEL) - 1,
        "standardised": REAL,
        "rate": RATE,
    }[coding.target]


def by_autograd(losses_of, u):
    """Losses, and the derivative of their sum by u."""
    leaf = u.detach().clone().requires_grad_()
    losses = losses_of(leaf)
    return losses.detach(), torch.autograd.grad(losses.sum(), leaf)[0]
