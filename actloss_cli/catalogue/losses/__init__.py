"""Losses: one declaration each, per sample, with the units on axis 1.

Where torch has the loss, meaning and gradient are torch's to rounding; a NaN in one sample stays in that sample.
"""

from collections.abc import Mapping
from types import MappingProxyType

from actloss_cli.catalogue.losses.one_unit import ONE_UNIT_LOSSES
from actloss_cli.catalogue.losses.per_class import PER_CLASS_LOSSES
from actloss_cli.catalogue.losses.real import REAL_LOSSES
from actloss_cli.catalogue.spec import LossSpec

LOSSES: tuple[LossSpec, ...] = (*REAL_LOSSES, *ONE_UNIT_LOSSES, *PER_CLASS_LOSSES)

NOT_HERE: Mapping[str, str] = MappingProxyType(
    {
        "CTCLoss": "aligns a sequence of outputs with a shorter sequence of labels; a sample here has one target",
        "CosineEmbeddingLoss": "compares two vectors that the model gives, not an output with a target",
        "GaussianNLLLoss": "needs a variance from the model beside its prediction",
        "HingeEmbeddingLoss": "takes the distance between two items, not an output",
        "LinearCrossEntropyLoss": "is cross_entropy with the last linear layer inside; here that layer is the model's",
        "MarginRankingLoss": "ranks two outputs against each other, not an output against a target",
        "MultiLabelMarginLoss": "takes several labels per sample; with one it is multi_margin",
        "MultiLabelSoftMarginLoss": "takes several labels per sample; with one it is bce_with_logits, a unit per class",
        "NLLLoss2d": "is the deprecated name of NLLLoss, which is nll",
        "TripletMarginLoss": "compares three vectors that the model gives, not an output with a target",
        "TripletMarginWithDistanceLoss": "compares three vectors that the model gives, not an output with a target",
    }
)
"""The loss classes of `torch.nn` that fit none of the kinds of task, or that are here by another name, and why."""

__all__ = ["LOSSES", "NOT_HERE"]
