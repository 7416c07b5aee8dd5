"""Activations, hidden and output: one declaration each."""

import torch
from torch import Tensor, nn

from actloss_cli.catalogue.interval import NOT_NEGATIVE, NOT_POSITIVE, REAL, UNIT_OPEN, Interval
from actloss_cli.catalogue.spec import ActivationSpec, Hyper, InPlaceKernel

_aten = torch.ops.aten

SILU_MINIMUM = -0.27846454276107
"""min x sigmoid(x), at x = -1.2784645; W(1/e) of Lambert's function, negated."""


def _prelu(x: Tensor, weight: Tensor) -> Tensor:
    return torch.where(x > 0, x, weight * x)


def _keep(grad: Tensor, saved: Tensor, hyper: Hyper) -> None:
    """The identity's derivative: nothing to do."""


def _copy(z: Tensor, out: Tensor, hyper: Hyper) -> None:
    if z.data_ptr() != out.data_ptr():
        out.copy_(z)


ACTIVATIONS: tuple[ActivationSpec, ...] = (
    ActivationSpec(
        name="identity",
        aliases=("linear", "none"),
        formula="x",
        source="linear unit",
        apply=lambda x: x,
        module=nn.Identity,
        range=REAL,
        init_gain=1.0,
        kernel=InPlaceKernel(forward=_copy, backward=_keep, saves="output"),
    ),
    ActivationSpec(
        name="relu",
        formula="max(0, x)",
        source="Nair & Hinton (2010)",
        apply=torch.relu,
        module=nn.ReLU,
        range=NOT_NEGATIVE,
        init_gain=2**0.5,
        kernel=InPlaceKernel(
            forward=lambda z, out, h: torch.clamp_min(z, 0.0, out=out),
            backward=lambda grad, saved, h: _aten.threshold_backward.grad_input(grad, saved, 0, grad_input=grad),
            saves="output",
        ),
    ),
    ActivationSpec(
        name="leaky_relu",
        aliases=("lrelu",),
        formula="x if x > 0 else negative_slope x",
        source="Maas, Hannun & Ng (2013)",
        apply=nn.functional.leaky_relu,
        module=nn.LeakyReLU,
        range=lambda h: REAL if float(h["negative_slope"]) > 0 else NOT_NEGATIVE,  # type: ignore[arg-type]
        init_gain=(2 / (1 + 0.01**2)) ** 0.5,
        hyper={"negative_slope": 0.01},
        kernel=InPlaceKernel(
            forward=lambda z, out, h: _aten.leaky_relu.out(z, h["negative_slope"], out=out),
            backward=lambda grad, saved, h: _aten.leaky_relu_backward.grad_input(
                grad, saved, h["negative_slope"], False, grad_input=grad
            ),
            saves="input",
        ),
    ),
    ActivationSpec(
        name="prelu",
        formula="x if x > 0 else weight x, weight learnt (one per layer)",
        source="He, Zhang, Ren & Sun (2015)",
        apply=_prelu,
        module=nn.PReLU,
        range=REAL,
        init_gain=(2 / (1 + 0.25**2)) ** 0.5,
        learnable={"weight": 0.25},
        output=False,
    ),
    ActivationSpec(
        name="elu",
        formula="x if x > 0 else alpha (exp(x) - 1)",
        source="Clevert, Unterthiner & Hochreiter (2016)",
        apply=nn.functional.elu,
        module=nn.ELU,
        range=lambda h: Interval(-float(h["alpha"]), float("inf"), low_open=True),  # type: ignore[arg-type]
        init_gain=1.2452,
        hyper={"alpha": 1.0},
        kernel=InPlaceKernel(
            forward=lambda z, out, h: _aten.elu.out(z, h["alpha"], 1, 1, out=out),
            backward=lambda grad, saved, h: _aten.elu_backward.grad_input(
                grad, h["alpha"], 1, 1, True, saved, grad_input=grad
            ),
            saves="output",
        ),
    ),
    ActivationSpec(
        name="silu",
        aliases=("swish",),
        formula="x sigmoid(x)",
        source="Hendrycks & Gimpel (2016); Ramachandran, Zoph & Le (2017)",
        apply=nn.functional.silu,
        module=nn.SiLU,
        range=Interval(SILU_MINIMUM, float("inf")),
        init_gain=1.6765,
        kernel=InPlaceKernel(
            forward=lambda z, out, h: _aten.silu.out(z, out=out),
            backward=lambda grad, saved, h: _aten.silu_backward.grad_input(grad, saved, grad_input=grad),
            saves="input",
        ),
    ),
    ActivationSpec(
        name="tanh",
        formula="tanh(x)",
        source="LeCun, Bottou, Orr & Mueller (1998)",
        apply=torch.tanh,
        module=nn.Tanh,
        range=Interval(-1.0, 1.0, low_open=True, high_open=True),
        init_gain=5 / 3,
        kernel=InPlaceKernel(
            forward=lambda z, out, h: torch.tanh(z, out=out),
            backward=lambda grad, saved, h: _aten.tanh_backward.grad_input(grad, saved, grad_input=grad),
            saves="output",
        ),
    ),
    ActivationSpec(
        name="sigmoid",
        aliases=("logistic",),
        formula="1 / (1 + exp(-x))",
        source="Rumelhart, Hinton & Williams (1986)",
        apply=torch.sigmoid,
        module=nn.Sigmoid,
        range=UNIT_OPEN,
        init_gain=1.0,
        kernel=InPlaceKernel(
            forward=lambda z, out, h: torch.sigmoid(z, out=out),
            backward=lambda grad, saved, h: _aten.sigmoid_backward.grad_input(grad, saved, grad_input=grad),
            saves="output",
        ),
    ),
    ActivationSpec(
        name="softmax",
        formula="exp(x_i) / sum_j exp(x_j)",
        source="Bridle (1990)",
        apply=lambda x: torch.softmax(x, 1),
        module=lambda: nn.Softmax(dim=1),
        range=UNIT_OPEN,
        init_gain=1.0,
        along_features=True,
        kernel=InPlaceKernel(
            forward=lambda z, out, h: _aten._softmax.out(z, 1, False, out=out),
            backward=lambda grad, saved, h: grad.copy_(_aten._softmax_backward_data(grad, saved, 1, saved.dtype)),
            saves="output",
        ),
    ),
    ActivationSpec(
        name="log_softmax",
        formula="x_i - log sum_j exp(x_j)",
        source="Bridle (1990)",
        apply=lambda x: torch.log_softmax(x, 1),
        module=lambda: nn.LogSoftmax(dim=1),
        range=NOT_POSITIVE,
        init_gain=1.0,
        along_features=True,
        hidden=False,
        kernel=InPlaceKernel(
            forward=lambda z, out, h: _aten._log_softmax.out(z, 1, False, out=out),
            backward=lambda grad, saved, h: grad.copy_(_aten._log_softmax_backward_data(grad, saved, 1, saved.dtype)),
            saves="output",
        ),
    ),
)
