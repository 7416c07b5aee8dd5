"""Whether a pairing can be trained at all: decided from the declarations, with PyTorch's own words where it has any."""

import torch

from actloss_cli import catalogue
from actloss_cli.catalogue.coding import coding_for
from actloss_cli.catalogue.interval import Interval
from actloss_cli.catalogue.spec import ActivationSpec, Kind, LossSpec
from actloss_cli.plan.trial import Pairing


def invalid_reason(pairing: Pairing, kind: Kind, lowest: float = 0.0) -> str:
    """Why the pairing is `invalid` on tasks of this kind; "" where it can be trained.

    `lowest` is the least target of a regression.
    """
    loss = catalogue.loss(pairing.loss.name)
    output = catalogue.activation(pairing.output.name)
    coding = coding_for(loss, output, kind)
    if coding is None:
        return _no_coding(loss, kind)
    if coding.target == "rate" and lowest < 0:
        return f"{loss.name} takes targets that are not negative, this task's go down to {lowest:g}"
    if kind == "regression" and pairing.loss.settings(loss).get("class_weight") == "balanced":
        return "class_weight: balanced weighs classes, of which a regression has none"
    reach = output.range_for(pairing.output.hyper(output))
    if not reach.is_inside(loss.domain):
        return _outside_domain(loss, output, reach)
    return ""


def fault_of(pairing: Pairing) -> str:
    """What is wrong with those of its functions that are not the catalogue's; "" where they can be trained."""
    return "; ".join(dict.fromkeys(f"{spec.name} {spec.fault}" for spec in pairing.specs.values() if spec.fault))


def _no_coding(loss: LossSpec, kind: Kind) -> str:
    serves = " and ".join(loss.codings)
    reason = f"{loss.name} has no coding for the target of a {kind} task (it serves {serves})"
    if kind != "regression":
        return reason
    target = next(iter(loss.codings.values())).target
    real = torch.tensor([-1.5, 2.5])
    return _with_words(reason, loss, torch.tensor([[0.5], [0.5]]), real if target == "index" else real[:, None])


def _outside_domain(loss: LossSpec, output: ActivationSpec, reach: Interval) -> str:
    reason = f"{loss.name} takes values in {loss.domain}, {output.name} gives {reach}"
    outside = loss.domain.low - 1 if reach.low < loss.domain.low else loss.domain.high + 1
    return _with_words(reason, loss, torch.tensor([[outside]]), torch.tensor([[1.0]]))


def _with_words(reason: str, loss: LossSpec, u: torch.Tensor, target: torch.Tensor) -> str:
    """Adds what PyTorch itself says when the loss is called like that, if it refuses."""
    if loss.module is None:
        return reason
    try:
        loss.module()(u, target)
    except (RuntimeError, ValueError, IndexError) as refusal:
        return f"{reason}; PyTorch: {str(refusal).splitlines()[0]}"
    return reason
