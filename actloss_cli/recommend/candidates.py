"""What is tried on a table: usual activations and optimizers under the heads that fit it, beside usual mistakes."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

from actloss_cli.catalogue import Choice, Kind
from actloss_cli.plan.trial import Pairing
from actloss_cli.recommend.profile import ClassFacts, Profile, RegressionFacts


@dataclass(frozen=True)
class HeadRule:
    """An output and a loss, and the tables on which they are tried."""

    output: Choice
    loss: Choice
    fits: Callable[[Profile], bool] = lambda profile: True


def _head(output: str, loss: str | Choice, fits: Callable[[Profile], bool] = lambda profile: True) -> HeadRule:
    return HeadRule(Choice.of(output), Choice.of(loss) if isinstance(loss, str) else loss, fits)


def _has_outliers(profile: Profile) -> bool:
    return isinstance(profile.target, RegressionFacts) and profile.target.has_outliers


def _counts(profile: Profile) -> bool:
    return isinstance(profile.target, RegressionFacts) and profile.target.is_count


def _is_imbalanced(profile: Profile) -> bool:
    return isinstance(profile.target, ClassFacts) and profile.target.is_imbalanced


_BALANCED = {"class_weight": "balanced"}

ACTIVATIONS = tuple(map(Choice.of, ("relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid", "identity")))
OPTIMIZERS = (
    Choice.of("sgd"),
    Choice.of("sgd", {"momentum": 0.9}, "momentum"),
    Choice.of("rmsprop"),
    Choice.of("adam"),
    Choice.of("adamw"),
)
HEADS: dict[Kind, tuple[HeadRule, ...]] = {
    "regression": (
        _head("identity", "mse"),
        _head("identity", "mae"),
        _head("identity", "huber"),
        _head("identity", "log_cosh", _has_outliers),
        _head("identity", "poisson", _counts),
        _head("relu", "mse"),
        _head("tanh", "mse"),
    ),
    "binary": (
        _head("identity", "bce_with_logits"),
        _head("identity", Choice.of("bce_with_logits", _BALANCED, "weighted_bce"), _is_imbalanced),
        _head("identity", "focal", _is_imbalanced),
        _head("identity", "hinge"),
        _head("identity", "squared_hinge"),
        _head("sigmoid", "mse"),
        _head("sigmoid", "bce_with_logits"),
        _head("relu", "bce_with_logits"),
        _head("identity", "bce"),
    ),
    "multiclass": (
        _head("identity", "cross_entropy"),
        _head("identity", Choice.of("cross_entropy", _BALANCED, "weighted_ce"), _is_imbalanced),
        _head("identity", Choice.of("cross_entropy", {"label_smoothing": 0.1}, "smoothed_ce")),
        _head("identity", "multi_margin"),
        _head("softmax", "mse"),
        _head("softmax", "cross_entropy"),
        _head("relu", "cross_entropy"),
        _head("softmax", "nll"),
    ),
}
"""The first of a kind is what everybody takes. Of heads that are one function, such as sigmoid + bce and
bce_with_logits, one is here; the last of each kind are the mistakes that people make."""


def plain_default(kind: Kind) -> Pairing:
    """What everybody takes: ReLU, Adam and the standard loss on logits or numbers."""
    first = HEADS[kind][0]
    return Pairing(Choice.of("relu"), first.output, first.loss, Choice.of("adam"))


def list_candidates(profile: Profile) -> tuple[Pairing, ...]:
    """All activations and optimizers under each head that fits the table."""
    heads = [head for head in HEADS[profile.kind] if head.fits(profile)]
    return tuple(
        Pairing(activation, head.output, head.loss, optimizer)
        for activation, head, optimizer in product(ACTIVATIONS, heads, OPTIMIZERS)
    )
