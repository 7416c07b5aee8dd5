"""The functions that actloss knows: one declaration each, and the look-up by the names that users type."""

from actloss_cli.catalogue.activations import ACTIVATIONS
from actloss_cli.catalogue.choice import Choice
from actloss_cli.catalogue.coding import coded_as
from actloss_cli.catalogue.interval import Interval
from actloss_cli.catalogue.lookup import (
    UnknownFunction,
    activation,
    find_activation,
    find_loss,
    find_optimizer,
    find_output,
    loss,
    optimizer,
)
from actloss_cli.catalogue.losses import LOSSES
from actloss_cli.catalogue.optimizers import OPTIMIZERS
from actloss_cli.catalogue.spec import KINDS, ActivationSpec, Kind, LossSpec, OptimizerSpec

__all__ = [
    "ACTIVATIONS",
    "KINDS",
    "LOSSES",
    "OPTIMIZERS",
    "ActivationSpec",
    "Choice",
    "Interval",
    "Kind",
    "LossSpec",
    "OptimizerSpec",
    "UnknownFunction",
    "activation",
    "coded_as",
    "find_activation",
    "find_loss",
    "find_optimizer",
    "find_output",
    "loss",
    "optimizer",
]
