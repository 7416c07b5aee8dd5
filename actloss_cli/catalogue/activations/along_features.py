"""Functions along the features (axis 1), where one unit's result depends on all the others."""

import torch
from torch import nn
from torch.nn import functional as F

from actloss_cli.catalogue.interval import NOT_POSITIVE, UNIT_OPEN
from actloss_cli.catalogue.spec import ActivationSpec, InPlaceKernel

_aten = torch.ops.aten

SOFTMAX = ActivationSpec(
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
)

SOFTMIN = ActivationSpec(
    name="softmin",
    formula="exp(-x_i) / sum_j exp(-x_j)",
    source="torch.nn.Softmin",
    apply=lambda x: F.softmin(x, 1),
    module=lambda: nn.Softmin(dim=1),
    range=UNIT_OPEN,
    init_gain=1.0,
    along_features=True,
    kernel=InPlaceKernel(
        forward=lambda z, out, h: _aten._softmax.out(torch.neg(z, out=out), 1, False, out=out),
        backward=lambda grad, saved, h: torch.neg(_aten._softmax_backward_data(grad, saved, 1, saved.dtype), out=grad),
        saves="output",
    ),
)

LOG_SOFTMAX = ActivationSpec(
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
)

ALONG_FEATURES = (SOFTMAX, SOFTMIN, LOG_SOFTMAX)
