"""What the families build declarations from: a kernel from a derivative, a corner, a hyperparameter as a number."""

from collections.abc import Callable

from torch import Tensor

from actloss_cli.catalogue.spec import Hyper, InPlaceKernel, Kink
from actloss_cli.native import functions
from actloss_cli.native.activations_code import NATIVE_ACTIVATIONS


def kernel_from(value: Callable[..., Tensor], derivative: Callable[..., Tensor]) -> InPlaceKernel:
    """A kernel that keeps z; each way allocates like the expression it is given, without autograd's graph.

    `value(z, **hyper)` and `derivative(z, **hyper)` are new tensors like z.
    """
    return InPlaceKernel(
        forward=lambda z, out, h: out.copy_(value(z, **h)),
        backward=lambda grad, saved, h: grad.mul_(derivative(saved, **h)),
        saves="input",
    )


def native_kernel(name: str, numbers: Callable[[Hyper], tuple[float, ...]] = lambda h: ()) -> InPlaceKernel:
    """A kernel of emitted code, by its name there and the numbers that follow from the hyperparameters."""
    return InPlaceKernel(
        forward=lambda z, out, h: functions.apply(name, z, out, *numbers(h)),
        backward=lambda grad, saved, h: functions.gradient(name, grad, saved, *numbers(h)),
        saves=NATIVE_ACTIVATIONS[name].saves,
        native=lambda h: (name, numbers(h)),
    )


def corner_at_zero(slope: float) -> tuple[Kink, ...]:
    """Between a negative side of this slope and a positive side of slope 1; torch counts x = 0 as negative."""
    return () if slope == 1 else (Kink(0.0, slope),)


def number(hyper: Hyper, name: str) -> float:
    """The hyperparameter of that name, which is one number."""
    value = hyper[name]
    assert isinstance(value, int | float)
    return float(value)
