"""What an activation makes of normal pre-activations z ~ N(0, q): expectations in float64, from the declared callable.

One unit: Gauss and Legendre's rule on panels that are cut wherever the function may jump or bend. Units that depend on
each other (softmax) are drawn instead, the same numbers always.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.at_start import function_at_start
from actloss_cli.catalogue.gain import normal_quadrature
from actloss_cli.threads import single_thread

Floats = NDArray[np.float64]
BENDS = np.concatenate([np.linspace(0, 8, 65), np.geomspace(8, 200, 41)[1:]])
"""Distances from 0 at which panels are cut too: however large q, functions bend on their own scale."""
N_DRAWS = 2**19
"""Pre-activations drawn for a function along the features, over all units."""
FEWEST_ROWS = 64


@dataclass(frozen=True)
class Moments:
    """Of f(z) and of the slope f'(z) that PyTorch's backward takes, under z ~ N(0, q)."""

    mean: float
    """E f(z)"""
    ms: float
    """E f(z)²"""
    slope_ms: float
    """E f'(z)²; along n features the mean square of an entry of J'g, for independent g of variance 1."""
    zeros: float
    """P(f(z) = 0)"""


@dataclass(frozen=True)
class Quadrature:
    """Of one unit, M points t: sums over `weights` are expectations under t ~ N(0, 1), z = sqrt(q) t; all `[M]`."""

    t: Floats
    weights: Floats
    f: Floats
    slope: Floats


@lru_cache(maxsize=4096)
@single_thread()
def moments(activation: Choice, q: float, n_units: int) -> Moments:
    """For a function of one unit right to 1e-6 (waves while q <= 1e4); along the features, for n units, to about 1e-2.

    Learnable parameters are at their start, a stochastic function is as in evaluation. For infinite q, as an unbounded
    function makes it in a deep network, the mean square is infinite and the rest NaN.
    """
    if not math.isfinite(q):
        return Moments(math.nan, math.inf, math.nan, math.nan)
    if catalogue.activation(activation.name).along_features:
        return _drawn_moments(activation, q, n_units)
    found = on_quadrature(activation, q)
    with np.errstate(over="ignore"):  # a square of a square ends in infinity
        return Moments(
            mean=float(np.sum(found.weights * found.f)),
            ms=float(np.sum(found.weights * found.f**2)),
            slope_ms=float(np.sum(found.weights * found.slope**2)),
            zeros=float(np.sum(found.weights * (found.f == 0))),
        )


def on_quadrature(activation: Choice, q: float) -> Quadrature:
    """For a function of one unit and finite q."""
    spec = catalogue.activation(activation.name)
    hyper, spread = activation.hyper(spec), math.sqrt(q)
    cuts = np.concatenate([[kink.at for kink in spec.kinks_for(hyper)], BENDS, -BENDS])
    t, weights = normal_quadrature(tuple(cuts / spread) if spread else ())
    z = torch.from_numpy(spread * t).requires_grad_()
    with torch.enable_grad():
        f = function_at_start(spec, hyper)(z)
        (slope,) = torch.autograd.grad(f.sum(), z)
    return Quadrature(t, weights, f.detach().numpy(), slope.numpy())


def _drawn_moments(activation: Choice, q: float, n_units: int) -> Moments:
    """Over rows of n units; a sign drawn for each unit stands for the gradient that comes from above."""
    spec = catalogue.activation(activation.name)
    n_rows = max(N_DRAWS // n_units, FEWEST_ROWS)
    generator = torch.Generator().manual_seed(0)
    z = math.sqrt(q) * torch.randn(n_rows, n_units, dtype=torch.float64, generator=generator)
    signs = torch.randint(2, z.shape, dtype=torch.float64, generator=generator).mul_(2).sub_(1)
    z.requires_grad_()
    with torch.enable_grad():
        f = function_at_start(spec, activation.hyper(spec))(z)
        (backward,) = torch.autograd.grad(f, z, signs)
    f = f.detach()
    return Moments(
        mean=float(f.mean()),
        ms=float(f.square().mean()),
        slope_ms=float(backward.square().mean()),
        zeros=float((f == 0).double().mean()),
    )
