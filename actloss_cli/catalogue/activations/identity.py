"""No activation at all: what a linear unit does."""

from torch import Tensor, nn

from actloss_cli.catalogue.interval import REAL
from actloss_cli.catalogue.spec import ActivationSpec, Hyper, InPlaceKernel


def _copy(z: Tensor, out: Tensor, hyper: Hyper) -> None:
    if z.data_ptr() != out.data_ptr():
        out.copy_(z)


def _keep(grad: Tensor, saved: Tensor, hyper: Hyper) -> None:
    """The identity's derivative: nothing to do."""


IDENTITY = ActivationSpec(
    name="identity",
    aliases=("linear", "none"),
    formula="x",
    source="linear unit",
    apply=lambda x: x,
    module=nn.Identity,
    range=REAL,
    init_gain=1.0,
    kernel=InPlaceKernel(forward=_copy, backward=_keep, saves="output", native=lambda h: ("identity", ())),
)
