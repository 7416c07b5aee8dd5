"""All that follows from an output and a loss alone, on any kind of task, in one record."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.coding import coding_for, count_units
from actloss_cli.catalogue.partners import standard_output
from actloss_cli.catalogue.spec import Coding, Kind
from actloss_cli.theory.head_properties import head_properties
from actloss_cli.theory.least_loss import least_loss
from actloss_cli.theory.minimisers import aim_of
from actloss_cli.theory.pull import pull_of
from actloss_cli.theory.reach import coded_targets, reach_of
from actloss_cli.theory.shape import shape_of
from actloss_cli.theory.surface import surface


@dataclass(frozen=True, kw_only=True)
class Properties:
    """Of an output under a loss; None where a property has no meaning.

    A number of one class, or of a low and a high target of a regression, is the worst of both. `Shape`, `Pull` and
    `Aim` define what is only named here.
    """

    undefined_share: float
    """Share of z, from -8 to 8, at which the loss is no finite number."""
    reach: tuple[float, float]
    """The ends of what the output can predict, in the target's coded units."""
    reach_share: float | None
    """Of the classes, those whose least loss can be reached; of a regression's targets, those between the ends."""
    sign_correct: float | None = None
    """Share of z, from -8 to 8, from which a step against the gradient comes nearer to the least loss."""
    pull: float | None = None
    """|dL/dz| at a confidently wrong prediction: z = -8 for the positive class under a sigmoid."""
    pull_max: float | None = None
    """The largest |dL/dz| that pulls the same way, within |z| <= 8."""
    convex: bool | None = None
    """Whether L(y, z) is convex in z."""
    loss_floor: float | None = None
    """The least loss that can be reached, of a regression the mean over targets; -inf where it falls without end."""
    excess: float | None = None
    """How far that lies above the least loss under the loss's standard output."""
    trivial: bool | None = None
    """Whether one prediction, the same for all, reaches the least loss of every class; None of a regression."""
    proper: bool | None = None
    """Whether the best outputs imply the true class probabilities; None of a regression."""
    calibrated: bool | None = None
    """Whether the best outputs decide for the likeliest class; None of a regression."""
    matching: bool | None = None
    """Whether dL/dz is output - target up to a constant factor."""
    r2_ceiling: float | None = None
    """R² of the best predictor that the output allows; None of classes."""

    @property
    def pull_share(self) -> float | None:
        """`pull` over `pull_max`; 1 where nothing pulls anywhere."""
        if self.pull is None or self.pull_max is None:
            return None
        return self.pull / self.pull_max if self.pull_max else 1.0


def properties_of(
    output: Choice, loss: Choice, kind: Kind, y: NDArray[np.float64] | NDArray[np.int64]
) -> Properties | None:
    """Of an output and a loss on targets `y` `[N]` in original units, or class indices; None without a coding.

    Where the output leaves the loss's domain, or a target does, only where it is undefined and its reach are said.
    """
    spec, out = catalogue.loss(loss.name), catalogue.activation(output.name)
    coding = coding_for(spec, out, kind)
    if coding is None:
        return None
    is_valid = out.range_for(output.hyper(out)).is_inside(spec.domain)
    if kind == "regression":
        return _of_regression(output, loss, coding, y.astype(np.float64), is_valid)
    return _of_classes(output, loss, coding, count_units(coding, int(y.max()) + 1), is_valid)


def _of_regression(output: Choice, loss: Choice, coding: Coding, y: NDArray[np.float64], is_valid: bool) -> Properties:
    here = surface(output, loss, coding, 1)
    shape, pull = shape_of(output, loss, coding, here), pull_of(output, here)
    coded = coded_targets(y, coding)
    reach = reach_of(output, loss, coded)
    ends, share = (reach.low, reach.high), 1 - reach.unreachable
    if not is_valid or (coding.target == "rate" and y.min() < 0):
        return Properties(undefined_share=shape.undefined_share, reach=ends, reach_share=share)
    floor = least_loss(output, loss, coded)
    partner = Choice.of(standard_output(catalogue.loss(loss.name)))
    return Properties(
        undefined_share=shape.undefined_share,
        reach=ends,
        reach_share=share,
        sign_correct=shape.sign_correct,
        pull=pull.at_wrong,
        pull_max=pull.largest,
        convex=shape.convex,
        loss_floor=floor,
        excess=floor - (floor if partner.name == output.name else least_loss(partner, loss, coded)),
        matching=shape.matching,
        r2_ceiling=reach.r2_ceiling,
    )


def _of_classes(output: Choice, loss: Choice, coding: Coding, n_units: int, is_valid: bool) -> Properties:
    out = catalogue.activation(output.name)
    ends = out.range_for(output.hyper(out))
    shape = shape_of(output, loss, coding, surface(output, loss, coding, n_units))
    if not is_valid:
        return Properties(undefined_share=shape.undefined_share, reach=(ends.low, ends.high), reach_share=None)
    head = head_properties(output, loss, coding, n_units)
    aim = None if head.unbounded else aim_of(output, loss, coding, n_units)
    return Properties(
        undefined_share=shape.undefined_share,
        reach=(ends.low, ends.high),
        reach_share=head.reached,
        sign_correct=shape.sign_correct,
        pull=head.pull * head.pull_max,
        pull_max=head.pull_max,
        convex=shape.convex,
        loss_floor=head.floor,
        excess=None if math.isinf(head.floor) else head.excess,
        trivial=head.trivial,
        proper=aim is not None and aim.proper,
        calibrated=aim is not None and aim.calibrated,
        matching=shape.matching,
    )
