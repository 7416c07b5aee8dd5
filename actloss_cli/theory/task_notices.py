"""The notices of an output and a loss on one task: decided with the plan, before anything is trained."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.coding import coding_for, count_units
from actloss_cli.catalogue.spec import Coding, Kind
from actloss_cli.theory.head_properties import head_properties
from actloss_cli.theory.notice import Notice
from actloss_cli.theory.notices import Head, head_notices, no_coding, outside_domain
from actloss_cli.theory.reach import reach_of


def notices_of_head(
    output: Choice, loss: Choice, kind: Kind, n_classes: int, y: NDArray[np.float64] | None
) -> Iterator[Notice]:
    """Of an output and a loss; `y` are a regression's targets `[N]` in original units, None for classes."""
    loss_spec, output_spec = catalogue.loss(loss.name), catalogue.activation(output.name)
    coding = coding_for(loss_spec, output_spec, kind)
    if coding is None:
        yield no_coding(loss, kind)
        return
    if not output_spec.range_for(output.hyper(output_spec)).is_inside(loss_spec.domain):
        yield outside_domain(output, loss)
        return
    n_units = count_units(coding, n_classes)
    properties = head_properties(output, loss, coding, n_units) if y is None else None
    reach = None if y is None else reach_of(output, loss, _coded(y, coding))
    yield from head_notices(Head(kind, output, loss, n_units, properties, reach))


def _coded(y: NDArray[np.float64], coding: Coding) -> NDArray[np.float64]:
    """As the loss sees them: a rate is in units of the mean, everything else standardised."""
    if coding.target == "rate":
        return np.asarray(y / (y.mean() or 1.0))
    return np.asarray((y - y.mean()) / (y.std() or 1.0))
