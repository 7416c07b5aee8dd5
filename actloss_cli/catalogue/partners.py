"""The output that a loss is made for, by what it takes."""

from collections.abc import Mapping

from actloss_cli.catalogue.spec import LossSpec

_STANDARD: Mapping[str, str] = {
    "probability": "sigmoid",
    "probabilities": "softmax",
    "log-probabilities": "log_softmax",
}
"""What takes logits, margins, numbers or log-rates takes them as the last linear layer gives them."""


def standard_output(loss: LossSpec) -> str:
    """The catalogue name of the output that gives just what the loss takes: `identity`, `sigmoid`, `softmax`, .."""
    return _STANDARD.get(loss.takes, "identity")
