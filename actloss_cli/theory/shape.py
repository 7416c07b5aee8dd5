"""The shape of an output's composite loss within a confident error of zero: where it is defined, leads, bends, matches.

The points are those of `Surface.within_wrong`: z from -8 to 8 for one unit, differences of logits up to 8 for several.
A number of one target is the worst of the targets'.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.spec import Coding, LossSpec
from actloss_cli.theory.surface import SAME, WRONG, Surface, surface_at, targets

ROUNDING = 1e-7
"""Of the largest slope: what slopes may differ by and be the same."""
N_LINES, LINE_POINTS = 12, 33
"""Of several units, lines in general position on which convexity is looked at too."""


@dataclass(frozen=True)
class Shape:
    """Of an output under a loss, target by target."""

    undefined_share: float
    """Share of the points at which the loss is no finite number."""
    sign_correct: float
    """Share of the points from which a small step against the gradient comes nearer to the least loss.

    Points of least loss count as such; 0 where the loss is the same everywhere.
    """
    convex: bool
    """Whether L(y, z) is convex in z: (g(x) - g(y))(x - y) >= 0 of all pairs of points with slopes g."""
    matching: bool
    """Whether dL/dz is k (output - target) with one k > 0; output is u or what the loss takes it to predict."""


def shape_of(output: Choice, loss: Choice, coding: Coding, here: Surface) -> Shape:
    """Over the points of that surface; where the loss is not defined, nothing else is asked of it."""
    inside = here.within_wrong()
    zs, losses = here.zs[inside], here.losses[:, inside]
    slopes, undefined = here.slopes[:, inside], here.undefined[:, inside]
    defined = [(zs[ok], losses[k, ok], slopes[k, ok]) for k, ok in enumerate(~undefined)]
    return Shape(
        undefined_share=float(undefined.double().mean(1).max()),
        sign_correct=min(_sign_correct(*of_target) for of_target in defined),
        convex=all(_rises(at, g) for at, _, g in defined) and _is_convex_on_lines(output, loss, coding, zs.shape[1]),
        matching=_matches(output, loss, coding, zs, slopes, undefined),
    )


def _in_the_plane(zs: Tensor, slopes: Tensor) -> tuple[Tensor, Tensor]:
    """Coordinates and slopes `[M, C]` to those within the plane of the points `[M, d]`, lengths and products kept."""
    n_others = zs.shape[1] - 1
    if n_others < 2:
        return zs, slopes
    length = math.sqrt(n_others)
    others = slopes[:, 1:].sum(1, keepdim=True)
    return torch.cat([zs[:, :1], zs[:, 1:2] * length], 1), torch.cat([slopes[:, :1], others / length], 1)


def _sign_correct(zs: Tensor, losses: Tensor, slopes: Tensor) -> float:
    if not len(losses) or losses.amax() - losses.amin() < SAME:
        return 0.0
    x, g = _in_the_plane(zs, slopes)
    best = x[losses < losses.amin() + SAME]
    nearest = best[torch.cdist(x, best).argmin(1)]
    towards = nearest - x
    return float((((-g * towards).sum(1) > 0) | (towards == 0).all(1)).double().mean())


def _rises(zs: Tensor, slopes: Tensor) -> bool:
    """Whether the slope is monotone: of one unit from point to point, else by the inner products of all pairs."""
    if not len(zs):
        return True
    if zs.shape[1] == 1:
        return not bool((slopes.diff(dim=0) < -ROUNDING * slopes.abs().max()).any())
    x, g = _in_the_plane(zs, slopes)
    own = (x * g).sum(1)
    products = own[:, None] + own[None] - x @ g.T - g @ x.T
    scale = float(g.abs().max()) * WRONG
    return not bool((products < -ROUNDING * scale).any())


def _is_convex_on_lines(output: Choice, loss: Choice, coding: Coding, n_units: int) -> bool:
    """Of several units, whether it is so off the plane of the points too."""
    if n_units < 3:
        return True
    draw = torch.Generator().manual_seed(0)
    start, way = torch.randn(2, N_LINES, 1, n_units, dtype=torch.float64, generator=draw)
    way = way / way.norm(dim=-1, keepdim=True)
    along = torch.linspace(-WRONG / 2, WRONG / 2, LINE_POINTS, dtype=torch.float64)[:, None]
    there = surface_at(output, loss, coding, (start + way * along).reshape(-1, n_units))
    slopes = (there.slopes.reshape(-1, N_LINES, LINE_POINTS, n_units) * way).sum(-1)
    ok = ~there.undefined.reshape(slopes.shape)
    falls = (slopes[..., 1:] - slopes[..., :-1] < -ROUNDING * slopes.abs().max()) & ok[..., 1:] & ok[..., :-1]
    return not bool(falls.any())


def _matches(output: Choice, loss: Choice, coding: Coding, zs: Tensor, slopes: Tensor, undefined: Tensor) -> bool:
    spec, out = catalogue.loss(loss.name), catalogue.activation(output.name)
    u = out.apply(zs, **output.hyper(out))
    coded = targets(coding, zs)
    return any(
        _are_proportional(slopes, torch.stack([predicted - _aimed(spec, y, u, is_probability) for y in coded]))
        for predicted, is_probability in _predicted(spec, u)
    ) and not bool(undefined.any())


def _predicted(spec: LossSpec, u: Tensor) -> Iterator[tuple[Tensor, bool]]:
    """What outputs `[M, C]` may be read as, in the same shape, and whether it is a probability."""
    yield u, False
    if spec.link is not None:
        yield spec.link(u), False
    if spec.implied is not None:
        together = spec.implied(u[..., None]).p[..., 0]  # (M, K)
        yield (together if u.shape[1] > 1 else together[:, 1:]), True
        yield spec.implied(u.reshape(-1, 1, 1)).p[:, -1, 0].reshape(u.shape), True


def _aimed(spec: LossSpec, target: Tensor, u: Tensor, is_probability: bool) -> Tensor:
    """The target in the shape of the outputs, in the coding of probabilities if it is held against these."""
    if not target.is_floating_point():
        return torch.nn.functional.one_hot(target, u.shape[1]).to(u.dtype)
    return (target > 0).to(u.dtype) if is_probability else target


def _are_proportional(slopes: Tensor, residuals: Tensor) -> bool:
    if not residuals.isfinite().all():
        return False
    square = residuals.square().sum()
    factor = (slopes * residuals).sum() / square if square > 0 else torch.zeros(())
    return bool(factor > 0) and bool((slopes - factor * residuals).abs().max() <= 10 * ROUNDING * slopes.abs().max())
