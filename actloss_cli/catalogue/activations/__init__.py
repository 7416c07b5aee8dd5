"""Activations, hidden and output: one declaration each."""

from actloss_cli.catalogue.activations.along_features import ALONG_FEATURES
from actloss_cli.catalogue.activations.distributions import DISTRIBUTIONS
from actloss_cli.catalogue.activations.gates import GATES
from actloss_cli.catalogue.activations.identity import IDENTITY
from actloss_cli.catalogue.activations.rectifiers import RECTIFIERS
from actloss_cli.catalogue.activations.shrinks import SHRINKS
from actloss_cli.catalogue.activations.sigmoids import SIGMOIDS
from actloss_cli.catalogue.activations.smooth_rectifiers import SMOOTH_RECTIFIERS
from actloss_cli.catalogue.activations.waves import WAVES
from actloss_cli.catalogue.spec import ActivationSpec

ACTIVATIONS: tuple[ActivationSpec, ...] = (
    IDENTITY,
    *RECTIFIERS,
    *SMOOTH_RECTIFIERS,
    *GATES,
    *SIGMOIDS,
    *DISTRIBUTIONS,
    *SHRINKS,
    *WAVES,
    *ALONG_FEATURES,
)
