"""Reads hyperparameters in the type that their defaults have."""

from torch import Tensor

from actloss_cli.catalogue.spec import Hyper


def number(hyper: Hyper, name: str) -> float:
    """A number."""
    value = hyper[name]
    assert isinstance(value, int | float)
    return value


def numbers(hyper: Hyper, name: str) -> tuple[float, ...]:
    """Several numbers."""
    value = hyper[name]
    assert isinstance(value, tuple)
    return value


def add_weight_decay(grad: Tensor, param: Tensor, hyper: Hyper) -> None:
    """The gradient of weight_decay / 2 |w|², added to that of the loss, in place."""
    if decay := number(hyper, "weight_decay"):
        grad.add_(param, alpha=decay)


def shrink(param: Tensor, lr: Tensor, hyper: Hyper) -> None:
    """Decoupled weight decay, w -= lr weight_decay w (Loshchilov & Hutter, 2019), in place."""
    if decay := number(hyper, "weight_decay"):
        param.mul_(1 - lr * decay)
