"""The gain of an activation: the factor on initial weights that keeps the size of what runs through a layer."""

import functools
import math

import numpy as np
import torch
from numpy.typing import NDArray

from actloss_cli.catalogue.at_start import function_at_start
from actloss_cli.catalogue.spec import ActivationSpec, Hyper

REACH = 9.0
"""Beyond it the normal density is below 1e-17."""
PANELS = np.linspace(-REACH, REACH, 1153)
POINTS_PER_PANEL = 8


def gain_for(spec: ActivationSpec, hyper: Hyper) -> float:
    """The declared gain, else 1 / sqrt(E f(z)²) for z ~ N(0, 1), right to 1e-6; a function that is 0 there gets 1.

    Learnable parameters have their initial values, a stochastic function is taken as in evaluation.
    """
    if spec.init_gain is not None:
        return spec.init_gain
    z, weights = normal_quadrature(tuple(kink.at for kink in spec.kinks_for(hyper)))
    values = function_at_start(spec, hyper)(torch.from_numpy(z)).numpy()
    second_moment = math.fsum(weights * values**2)
    return 1 / math.sqrt(second_moment) if second_moment else 1.0


@functools.lru_cache(maxsize=16)
def normal_quadrature(breaks: tuple[float, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points and weights for E g(z), z ~ N(0, 1): Gauss and Legendre's rule on panels, cut where g may jump or bend."""
    edges = np.union1d(PANELS, np.clip(breaks, -REACH, REACH))
    at, weight = np.polynomial.legendre.leggauss(POINTS_PER_PANEL)
    centre, half = (edges[1:] + edges[:-1])[:, None] / 2, np.diff(edges)[:, None] / 2
    z = centre + half * at
    weights = half * weight * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return z.ravel(), weights.ravel()
