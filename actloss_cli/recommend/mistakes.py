"""What theory says against candidates before any is trained: told in a few lines, each with the plainest example."""

from collections.abc import Mapping, Sequence

from actloss_cli.config.entries import ROLES, Role
from actloss_cli.plan.trial import Pairing
from actloss_cli.recommend.record import Avoided
from actloss_cli.theory.predict import Prediction

_GROUPS: tuple[tuple[Role, ...], ...] = (("output", "loss"), ("activation",), ("activation", "optimizer"), ROLES)
"""By which functions mismatched pairings are told: each group where all that is left of it is mismatched."""


def list_avoided(foretold: Mapping[Pairing, Prediction], default: Pairing) -> tuple[Avoided, ...]:
    """The mismatched by as few functions as tell them apart, the largest group first."""
    left, avoided = list(foretold), list[Avoided]()
    for roles in _GROUPS:
        groups: dict[tuple[str, ...], list[Pairing]] = {}
        for pairing in left:
            groups.setdefault(_labels(pairing, roles), []).append(pairing)
        bad = {key: group for key, group in groups.items() if all(foretold[one].mismatched for one in group)}
        avoided += [_avoided(roles, group, foretold, default) for group in bad.values()]
        left = [pairing for pairing in left if _labels(pairing, roles) not in bad]
    return tuple(sorted(avoided, key=lambda one: -one.n_pairings))


def _labels(pairing: Pairing, roles: Sequence[Role]) -> tuple[str, ...]:
    return tuple(str(getattr(pairing, role).label) for role in roles)


def _avoided(
    roles: Sequence[Role], group: Sequence[Pairing], foretold: Mapping[Pairing, Prediction], default: Pairing
) -> Avoided:
    """What is said of the plainest of them, that has most functions of the default's."""
    plainest = max(group, key=lambda one: sum(getattr(one, role) == getattr(default, role) for role in ROLES))
    prediction = foretold[plainest]
    return Avoided(
        functions=", ".join(f"{role} {label}" for role, label in zip(roles, _labels(plainest, roles), strict=True)),
        n_pairings=len(group),
        verdict=str(prediction.verdict),
        reason=prediction.reason,
        example=plainest.label,
    )
