"""What is predicted, by a loss and its targets."""

from torch import Tensor

from actloss_cli import catalogue
from actloss_cli.catalogue import Kind
from actloss_cli.checking.head import Head


def kind_of(head: Head) -> Kind | None:
    """What is predicted, by loss and targets; None where they don't say."""
    target = head.target
    if head.loss in ("cross_entropy", "nll", "multi_margin", "kl_div") or head.loss.endswith(
        "categorical_cross_entropy"
    ):
        return ("binary" if head.n_units == 2 else "multiclass") if head.n_units > 1 else None
    if head.loss.startswith("categorical"):
        return ("binary" if head.n_units == 2 else "multiclass") if head.n_units > 1 else None
    if head.loss in ("bce", "bce_with_logits", "soft_margin", "focal", "hinge", "squared_hinge"):
        return "multiclass" if _is_one_hot(target) and catalogue.loss(head.loss).codings.get("multiclass") else "binary"
    if not head.loss or target is None:
        return None
    if head.loss in ("mse", "mae"):
        if _is_one_hot(target):
            return "multiclass" if target.shape[1] > 2 else "binary"
        if head.n_units == 1 and bool(((target == 0) | (target == 1)).all()):
            return "binary"
    return "regression"


def _is_one_hot(target: Tensor | None) -> bool:
    if target is None or target.dim() != 2 or target.shape[1] < 2:
        return False
    return bool(((target == 0) | (target == 1)).all()) and bool((target.sum(1) == 1).all())
