"""The output that a loss is made for, by what it takes, and the losses that are made for an output."""

from collections.abc import Mapping

from actloss_cli.catalogue.losses import LOSSES
from actloss_cli.catalogue.spec import Kind, LossSpec

_STANDARD: Mapping[str, str] = {
    "probability": "sigmoid",
    "probabilities": "softmax",
    "log-probabilities": "log_softmax",
}
"""What takes logits, margins, numbers or log-rates takes them as the last linear layer gives them."""


def standard_output(loss: LossSpec) -> str:
    """The catalogue name of the output that gives just what the loss takes: `identity`, `sigmoid`, `softmax`, .."""
    return _STANDARD.get(loss.takes, "identity")


def losses_made_for(output: str, kind: Kind) -> tuple[str, ...]:
    """The losses on this kind of task whose standard output that is; of losses on classes those that are proper.

    The usual ones first: one unit for two classes, one per class for several; last what is made for a regression.
    """
    fitting = [spec for spec in LOSSES if kind in spec.codings and standard_output(spec) == output]
    if kind == "regression":
        return tuple(spec.name for spec in fitting)
    proper = [spec for spec in fitting if spec.proper_for(spec.hyper) == "proper"]
    proper.sort(key=lambda spec: (spec.takes == "real", spec.codings["binary"].per_class != (kind == "multiclass")))
    return tuple(spec.name for spec in proper)
