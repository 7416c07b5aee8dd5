"""An activation as a function of pre-activations alone: as it stands before the first step."""

from collections.abc import Callable

import torch
from torch import Tensor

from actloss_cli.catalogue.spec import ActivationSpec, Hyper


def function_at_start(spec: ActivationSpec, hyper: Hyper) -> Callable[[Tensor], Tensor]:
    """Takes and gives float64; learnable parameters at their initial values, a stochastic function as in evaluation."""
    learnable = {name: torch.tensor(start, dtype=torch.float64) for name, start in spec.learnable_for(hyper).items()}
    noise = {"noise": None} if spec.stochastic else {}
    return lambda z: spec.apply(z, **hyper, **learnable, **noise)
