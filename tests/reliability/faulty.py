"""A worker in which some activations are faulty, each in its own way; all else is as in any worker."""

import time
from dataclasses import replace
from multiprocessing.connection import Connection

import torch
from torch import Tensor

from actloss_cli.catalogue import lookup
from actloss_cli.execute import worker


def raises(z: Tensor, **_: object) -> Tensor:
    raise ArithmeticError(f"no value for {z.ndim} axes")


def gives_nan(z: Tensor, **_: object) -> Tensor:
    return z * torch.nan


def gives_another_shape(z: Tensor, **_: object) -> Tensor:
    return torch.tanh(z[:, :1, :1]).sum()


def takes_a_minute(z: Tensor, **_: object) -> Tensor:
    time.sleep(60)
    return torch.tanh(z)


FAULTY = {"elu": raises, "selu": gives_nan, "celu": gives_another_shape, "softplus": takes_a_minute}


def serve(connection: Connection, device: str) -> None:
    """As `worker.serve`, with those activations in place of the catalogue's."""
    for name, apply in FAULTY.items():
        lookup._ACTIVATIONS[name] = replace(lookup._ACTIVATIONS[name], apply=apply, kernel=None)
    worker.serve(connection, device)
