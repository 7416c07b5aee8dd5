"""Optimizers: one declaration each, with the update of the torch class on whole stacks where it can have one.

Each update follows its torch class operation by operation, so that a stack and the plain loop differ by rounding alone.
"""

from actloss_cli.catalogue.optimizers.gradient import ASGD, LBFGS, RPROP, SGD
from actloss_cli.catalogue.optimizers.moments import ADAM, ADAMAX, ADAMW, NADAM, RADAM
from actloss_cli.catalogue.optimizers.muon import MUON
from actloss_cli.catalogue.optimizers.squares import ADADELTA, ADAFACTOR, ADAGRAD, RMSPROP
from actloss_cli.catalogue.spec import OptimizerSpec

OPTIMIZERS: tuple[OptimizerSpec, ...] = (
    SGD,
    ADAM,
    RMSPROP,
    ADAGRAD,
    ADAMW,
    NADAM,
    RADAM,
    ADAMAX,
    ADADELTA,
    ADAFACTOR,
    RPROP,
    ASGD,
    MUON,
    LBFGS,
)
