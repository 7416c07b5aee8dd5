"""Whether outputs are what a loss takes: probabilities, or their logarithms, where it wants these."""

from torch import Tensor

from actloss_cli.catalogue.implied import SUM_TOLERANCE
from actloss_cli.catalogue.spec import LossSpec

ROUNDING = 1e-6
"""How far outside [0, 1] a probability may be."""


def admissible(loss: LossSpec, u: Tensor) -> Tensor:
    """Per sample, whether its outputs u `[.., C on axis 1, ..]` are finite and what the loss takes; no axis 1.

    Probabilities are judged as the loss uses them, that is over their sum where it divides by it; a logit, a margin or
    a number may be any.
    """
    finite = (0 * u).sum(1) == 0  # quicker than asking each; 0 times what is not finite is NaN
    match loss.takes:
        case "probability":
            return finite & _are_shares(u)
        case "probabilities":
            total = u.sum(1, keepdim=True)
            return finite & (total > 0).squeeze(1) & _are_shares(u / total if loss.normalises else u)
        case "log-probabilities":
            return finite & ((u.exp().sum(1) - 1).abs() <= SUM_TOLERANCE)
        case _:
            return finite


def _are_shares(p: Tensor) -> Tensor:
    return (p.amin(1) >= -ROUNDING) & (p.amax(1) <= 1 + ROUNDING)
