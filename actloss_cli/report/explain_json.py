"""A card as JSON; its keys are stable."""

import math
from collections import Counter
from dataclasses import asdict
from typing import Any

from actloss_cli.reference.measured import measured_for
from actloss_cli.report.json_text import document
from actloss_cli.theory.card import Card
from actloss_cli.theory.properties import Properties


def card_json(card: Card) -> str:
    """JSON with the fields of `Properties` and what the card says besides; null where a property has no meaning.

    `reach` is a list of both ends, null where there is none; `loss_floor` is null, and `unbounded` true, where the loss
    falls without end. `measured` has, by dataset, what the shipped reference grid measured for the output and the loss.
    """
    return document({**_pairing(card), **_properties(card.properties), **_said(card), "measured": _measured(card)})


def _pairing(card: Card) -> dict[str, Any]:
    return {
        "kind": card.kind,
        "classes": card.n_classes or None,
        "targets": card.targets,
        "output": card.output.label,
        "loss": card.loss.label,
    }


def _measured(card: Card) -> list[dict[str, Any]]:
    return [
        {
            "dataset": one.dataset,
            "pairings": len(one.pairings),
            "working": one.n_working,
            "relative": one.relative if math.isfinite(one.relative) else None,
            "verdicts": dict(Counter(pairing.verdict for pairing in one.pairings).most_common()),
        }
        for one in measured_for(card.kind, card.output.label, card.loss.label)
    ]


def _properties(properties: Properties | None) -> dict[str, Any]:
    if properties is None:
        return dict.fromkeys([*Properties.__dataclass_fields__, "unbounded"])
    floor = properties.loss_floor
    return {
        **asdict(properties),
        "reach": list(properties.reach),
        "unbounded": None if floor is None else math.isinf(floor),
    }


def _said(card: Card) -> dict[str, Any]:
    hidden = None
    if card.hidden is not None and card.depth is not None:
        hidden = {
            "activation": card.hidden.activation.label,
            "depth": card.hidden.depth,
            "init": card.hidden.init,
            "width": card.hidden.width,
            **{name: list(found) if isinstance(found, tuple) else found for name, found in vars(card.depth).items()},
            "off_centre": list(card.depth.off_centre),
            "delta_growth": list(card.depth.delta_growth),
            "fixed_point": None if card.settled is None else asdict(card.settled),
        }
    return {
        "predicted": str(card.prediction.verdict),
        "rule": str(card.prediction.rule),
        "reason": card.prediction.reason,
        "invalid": card.invalid or None,
        "partner_output": card.partner_output,
        "partner_losses": list(card.partner_losses),
        "notices": [{"name": str(notice.name), "text": notice.text} for notice in card.notices],
        "hidden": hidden,
    }
