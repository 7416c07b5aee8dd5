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
from actloss_cli.theory.notices import (
    Head,
    head_notices,
    negative_targets,
    no_coding,
    outside_domain,
    weights_on_regression,
)
from actloss_cli.theory.reach import coded_targets, reach_of


def notices_of_head(
    output: Choice, loss: Choice, kind: Kind, y: NDArray[np.float64] | NDArray[np.int64]
) -> Iterator[Notice]:
    """Of an output and a loss; `y` are the training targets `[N]` in original units, or class indices."""
    loss_spec, output_spec = catalogue.loss(loss.name), catalogue.activation(output.name)
    coding = coding_for(loss_spec, output_spec, kind)
    if coding is None:
        yield no_coding(loss, kind)
    elif coding.target == "rate" and y.min() < 0:
        yield negative_targets(loss, float(y.min()))
    elif kind == "regression" and loss.settings(loss_spec).get("class_weight") == "balanced":
        yield weights_on_regression(loss)
    elif not output_spec.range_for(output.hyper(output_spec)).is_inside(loss_spec.domain):
        yield outside_domain(output, loss)
    else:
        yield from head_notices(head_of(output, loss, kind, coding, y))


def head_of(
    output: Choice, loss: Choice, kind: Kind, coding: Coding, y: NDArray[np.float64] | NDArray[np.int64]
) -> Head:
    """What is known of an output and a loss that are valid under this coding; `y` as `notices_of_head` has it."""
    if kind == "regression":
        reach = reach_of(output, loss, coded_targets(y.astype(np.float64), coding))
        return Head(kind, output, loss, 1, properties=None, reach=reach, imbalance=1.0)
    counts = np.bincount(y)
    n_units = count_units(coding, len(counts))
    properties = head_properties(output, loss, coding, n_units)
    return Head(kind, output, loss, n_units, properties, reach=None, imbalance=float(counts.max() / counts.mean()))
