"""A notice: a fact about a pairing that holds before anything is trained, whatever its verdict turns out to be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class NoticeName(StrEnum):
    """The closed vocabulary."""

    NO_CODING = "no coding for the target"
    NEGATIVE_TARGETS = "negative targets"
    WEIGHTS_ON_REGRESSION = "class weights without classes"
    OUTSIDE_DOMAIN = "outside the loss's domain"
    ONE_UNIT_SOFTMAX = "softmax over one unit"
    UNBOUNDED_LOSS = "loss unbounded below"
    PROBABILITIES_AS_LOGS = "probabilities as log-probabilities"
    TRIVIAL_MINIMUM = "one output is best for every class"
    MISSING_SOFTMAX = "missing softmax"
    SOFTMAX_TWICE = "softmax applied twice"
    SIGMOID_TWICE = "sigmoid applied twice"
    BOUNDED_LOGITS = "bounded logits"
    CODE_OUT_OF_REACH = "target code out of reach"
    TARGETS_OUT_OF_REACH = "targets out of reach"
    WEAK_PULL = "weak pull when wrong"
    OTHER_CENTRE = "another centre than the mean"
    LIKELIER_CLASS = "aims at the likelier class"
    BIASED_PROBABILITIES = "biased probabilities"
    NO_NONLINEARITY = "no non-linearity"


@dataclass(frozen=True)
class Notice:
    """The fact, in a sentence that ends in what to change, with the numbers in it."""

    name: NoticeName
    text: str
    remedy: Mapping[str, str] = field(default_factory=dict)
    """Role to the catalogue name that would mend it; what it costs is measured against that pairing."""
    numbers: Mapping[str, float] = field(default_factory=dict)
