"""Where functions of a few pre-activations are least: a coarse grid, then a pattern that shrinks. No derivative needed.

Steps are even in t with z = sinh(t): fine around 0, and as far as z = 1000, where a leaky unit is as others are at 10.
"""

from collections.abc import Callable

import torch
from torch import Tensor

FARTHEST = 7.6
"""sinh(7.6) is 1000."""
COARSE = {1: 61, 2: 21, 3: 11}
"""Points along each of d pre-activations."""
LEAST_STEP = 5e-4
"""In t."""
SHRINKS = 0.7
"""So slowly that a pattern of one step either way still gets from one point of the coarse grid past the next."""
TIE = 1e-9
"""What a unit of t² adds on the coarse grid: of points that are as good, as shifted ones of a softmax, a near one."""


def minimise(values: Callable[[Tensor], Tensor], n_functions: int, n_free: int) -> Tensor:
    """The point z `[P, d]` at which each of P functions of d pre-activations is least, up to a thousandth or so of z.

    `values` maps points `[P, S, d]` to `[P, S]`; a value that is not finite is never the least.
    """
    line = torch.linspace(-FARTHEST, FARTHEST, COARSE[n_free], dtype=torch.float64)
    grid = torch.cartesian_prod(*[line] * n_free).reshape(-1, n_free)
    best = _least(values, grid.expand(n_functions, -1, -1), TIE * grid.square().sum(-1))
    step = float(line[1] - line[0])
    stencil = torch.cartesian_prod(*[torch.tensor([0.0, -1.0, 1.0], dtype=torch.float64)] * n_free).reshape(-1, n_free)
    while step > LEAST_STEP:
        step *= SHRINKS
        best = _least(values, best[:, None] + step * stencil, torch.zeros(()))  # a tie stays where it is
    return best.sinh()


def _least(values: Callable[[Tensor], Tensor], ts: Tensor, handicap: Tensor) -> Tensor:
    """Of points `[P, S, d]` the best of each function `[P, d]`, of equals the first."""
    found = (values(ts.sinh()).nan_to_num(torch.inf, torch.inf, torch.inf) + handicap).argmin(1)
    return ts[torch.arange(len(ts)), found]
