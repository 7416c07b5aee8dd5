"""What predictions need to know of an output and a loss on one task, gathered from the properties of both."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.coding import coding_for
from actloss_cli.catalogue.spec import Kind
from actloss_cli.theory.base_rate import base_rate, dead_share
from actloss_cli.theory.predict import Known
from actloss_cli.theory.surface import surface
from actloss_cli.theory.task_notices import head_of

if TYPE_CHECKING:  # it brings scikit-learn, which takes a second
    from actloss_cli.theory.simple_fits import SimpleFits


def known_of_head(
    output: Choice, loss: Choice, kind: Kind, y: NDArray[np.float64] | NDArray[np.int64], fits: "SimpleFits | None"
) -> Known:
    """Of a valid head on training targets `y` `[N]`; without fits, of a task whose targets can all be predicted."""
    spec = catalogue.loss(loss.name)
    coding = coding_for(spec, catalogue.activation(output.name), kind)
    assert coding is not None, "only asked of valid heads"
    head = head_of(output, loss, kind, coding, y)
    linear_share = 1.0 if fits is None else fits.linear_share
    if head.reach is not None:
        if fits is None:
            return Known(linear_share=linear_share, reach_share=head.reach.r2_ceiling)
        centre, scale = (0.0, y.mean()) if coding.target == "rate" else (y.mean(), y.std())
        ends = (float(centre + end * (scale or 1.0)) for end in (head.reach.low, head.reach.high))
        return Known(linear_share=linear_share, reach_share=fits.share_within(*ends))
    assert head.properties is not None, "of classes"
    counts = np.bincount(y.astype(np.int64))
    drawn = base_rate(output, loss, coding, head.n_units, int(counts.argmin()), float(counts.min() / counts.sum()))
    return Known(
        linear_share=linear_share,
        imbalance=head.imbalance,
        dead_share=dead_share(surface(output, loss, coding, head.n_units)),
        drawn=drawn.drawn,
        pull_when_drawn=drawn.pull,
        pull=head.properties.pull,
        is_proper=spec.proper_for(loss.hyper(spec)) in ("proper", "biased"),
    )
