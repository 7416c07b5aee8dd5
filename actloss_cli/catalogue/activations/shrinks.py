"""Odd functions that take values towards zero: the small ones (thresholding) or the large ones (a logarithm)."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from actloss_cli.catalogue.activations.parts import kernel_from, number
from actloss_cli.catalogue.interval import POSITIVE, REAL
from actloss_cli.catalogue.spec import ActivationSpec, Hyper, InPlaceKernel, Kink

_aten = torch.ops.aten


def _edges(hyper: Hyper) -> tuple[Kink, ...]:
    lambd = number(hyper, "lambd")
    return (Kink(-lambd, 0.0), Kink(lambd, 0.0))


def _symlog(x: Tensor) -> Tensor:
    """One side at a time: through sign(x) and |x| autograd finds the derivative 0 at x = 0, where it is 1."""
    return torch.log1p(x.clamp_min(0.0)) - torch.log1p(torch.relu(-x))


HARDSHRINK = ActivationSpec(
    name="hardshrink",
    formula="x if |x| > lambd else 0",
    source="Donoho & Johnstone (1994)",
    apply=F.hardshrink,
    module=nn.Hardshrink,
    range=REAL,
    kinks=_edges,
    hyper={"lambd": 0.5},
    limits={"lambd": POSITIVE},
    kernel=InPlaceKernel(
        forward=lambda z, out, h: _aten.hardshrink.out(z, h["lambd"], out=out),
        backward=lambda grad, saved, h: _aten.hardshrink_backward.grad_input(grad, saved, h["lambd"], grad_input=grad),
        saves="input",
    ),
)

SOFTSHRINK = ActivationSpec(
    name="softshrink",
    formula="sign(x) max(0, |x| - lambd)",
    source="Donoho & Johnstone (1994)",
    apply=F.softshrink,
    module=nn.Softshrink,
    range=REAL,
    kinks=_edges,
    hyper={"lambd": 0.5},
    limits={"lambd": POSITIVE},
    kernel=InPlaceKernel(
        forward=lambda z, out, h: _aten.softshrink.out(z, h["lambd"], out=out),
        backward=lambda grad, saved, h: _aten.softshrink_backward.grad_input(grad, saved, h["lambd"], grad_input=grad),
        saves="input",
    ),
)

TANHSHRINK = ActivationSpec(
    name="tanhshrink",
    formula="x - tanh(x)",
    source="torch.nn.Tanhshrink",
    apply=F.tanhshrink,
    module=nn.Tanhshrink,
    range=REAL,
    kernel=kernel_from(F.tanhshrink, lambda z: torch.tanh(z).square_()),
)

SYMLOG = ActivationSpec(
    name="symlog",
    formula="sign(x) log(1 + |x|)",
    source="Hafner, Pasukonis, Ba & Lillicrap (2023)",
    apply=_symlog,
    range=REAL,
    kernel=kernel_from(lambda z: torch.copysign(z.abs().log1p_(), z), lambda z: z.abs().add_(1).reciprocal_()),
)

SHRINKS = (HARDSHRINK, SOFTSHRINK, TANHSHRINK, SYMLOG)
