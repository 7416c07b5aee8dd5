"""How alike an activation leaves two rows: E f(z) f(z') of normal z and z' that correlate.

By Mehler's formula: with f(sqrt(q) t) = sum_k a_k h_k(t) over the normalised Hermite polynomials, it is
sum_k a_k² c^k at correlation c (as in Daniely, Frostig & Singer, 2016).
"""

import math
from functools import lru_cache

import numpy as np

from actloss_cli.catalogue import Choice
from actloss_cli.theory.gaussian import on_quadrature

N_TERMS = 100


@lru_cache(maxsize=4096)
def squared_coefficients(activation: Choice, q: float) -> tuple[float, ...]:
    """a_k² over E f(z)² of a function of one unit, k = 0, 1, ..; the last is what all higher ones sum up to.

    All 0 for a function that is 0 wherever z goes.
    """
    found = on_quadrature(activation, q)
    size = float(np.abs(found.f).max()) or 1.0
    f = found.f / size  # whose square is within float64
    f /= math.sqrt(np.sum(found.weights * f**2)) or 1.0
    previous, current = np.zeros_like(f), np.ones_like(f)
    squares = []
    for k in range(N_TERMS):
        squares.append(float(np.sum(found.weights * f * current)) ** 2)
        previous, current = current, (found.t * current - math.sqrt(k) * previous) / math.sqrt(k + 1)
    return (*squares, max(float(np.sum(found.weights * f**2)) - math.fsum(squares), 0.0))


def share_kept(activation: Choice, q: float, correlation: float) -> float:
    """E f(z) f(z') over E f(z)² for z, z' ~ N(0, q) that correlate so; 1 at correlation 1.

    Right to 1e-4 for functions that bend, and to 1e-2 near 1 for those that jump: there higher terms count as one.
    """
    return float(np.polynomial.polynomial.polyval(correlation, squared_coefficients(activation, q)))
