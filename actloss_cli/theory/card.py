"""What is said of an output, a loss and, if named, an activation before anything is trained: a card of facts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.coding import coding_for, count_units
from actloss_cli.catalogue.partners import losses_made_for, standard_output
from actloss_cli.catalogue.spec import Kind
from actloss_cli.datasets import Dataset, split
from actloss_cli.theory.depth import WIDTH, DepthProperties, properties_of_widths
from actloss_cli.theory.fixed_point import FixedPoint, fixed_point
from actloss_cli.theory.known import known_of_head
from actloss_cli.theory.notice import Notice, NoticeName
from actloss_cli.theory.notices import activation_notices
from actloss_cli.theory.predict import Known, Prediction, predict
from actloss_cli.theory.properties import Properties, properties_of
from actloss_cli.theory.standard_targets import standard_targets, words_for_standard
from actloss_cli.theory.step_scale import step_scale
from actloss_cli.theory.task_notices import notices_of_head

if TYPE_CHECKING:  # it brings scikit-learn, which takes a second
    from actloss_cli.theory.simple_fits import SimpleFits

INVALID = frozenset(
    {
        NoticeName.NO_CODING,
        NoticeName.NEGATIVE_TARGETS,
        NoticeName.WEIGHTS_ON_REGRESSION,
        NoticeName.OUTSIDE_DOMAIN,
    }
)
"""Notices of pairings that cannot be trained."""


@dataclass(frozen=True)
class HiddenLayers:
    """What the hidden layers are made of: an activation, how many layers of one width, how their weights start."""

    activation: Choice
    depth: int
    init: str
    width: int = WIDTH


@dataclass(frozen=True)
class Card:
    """One pairing on one kind of task, or on a dataset."""

    kind: Kind
    n_classes: int
    """0 for a regression."""
    targets: str
    """In words: those of a dataset, or what stands for targets that are not known."""
    output: Choice
    loss: Choice
    n_units: int
    """Of the output; 0 without a coding."""
    hidden: HiddenLayers | None
    depth: DepthProperties | None
    """None where no hidden layers are named."""
    settled: FixedPoint | None
    """Where a deep and wide network of such layers settles; None likewise, and where it doesn't."""
    properties: Properties | None
    """None where the loss has no coding for the target."""
    notices: tuple[Notice, ...]
    prediction: Prediction
    invalid: str
    """Why it cannot be trained; "" where it can."""
    partner_output: str
    """The output that the loss is made for."""
    partner_losses: tuple[str, ...]
    """The losses that are made for the output."""


def explain(
    kind: Kind,
    output: Choice,
    loss: Choice,
    *,
    n_classes: int = 2,
    hidden: HiddenLayers | None = None,
    optimizer: Choice | None = None,
    dataset: Dataset | None = None,
    fits: "SimpleFits | None" = None,
) -> Card:
    """The card; with a dataset of that kind on its training targets, else on standard ones of `n_classes` classes.

    Of the optimizer, if named, the prediction asks whether its steps shrink with the gradient; of `fits`, what models
    in closed form get on the dataset.
    """
    loss_spec, output_spec = catalogue.loss(loss.name), catalogue.activation(output.name)
    coding = coding_for(loss_spec, output_spec, kind)
    y: NDArray[np.float64] | NDArray[np.int64]
    if dataset is None:
        y, words = standard_targets(kind, coding, n_classes), words_for_standard(kind, coding)
    else:
        y, words = split(dataset, "tune", 0).y_train, f"the training targets of {dataset.name}"
    n_classes = 0 if kind == "regression" else int(y.max()) + 1
    n_units = count_units(coding, n_classes) if coding else 0
    notices = list(notices_of_head(output, loss, kind, y))
    invalid = next((notice.text for notice in notices if notice.name in INVALID), "")
    depth = None
    if hidden is not None:
        notices += activation_notices(hidden.activation, hidden.depth)
        n_features = WIDTH if dataset is None else dataset.X.shape[1]
        widths = (n_features, *(hidden.width,) * hidden.depth, max(n_units, 1))
        depth = properties_of_widths(hidden.activation, hidden.init, widths)
    known = Known(invalid=invalid) if invalid else known_of_head(output, loss, kind, y, fits)
    prediction = predict(
        replace(
            known,
            notices=tuple(notices),
            largest_rms=1.0 if depth is None else depth.largest_rms,
            gradient_ratio=1.0 if depth is None else depth.gradient_ratio,
            step_scale=1.0 if optimizer is None else step_scale(optimizer),
        )
    )
    return Card(
        kind=kind,
        n_classes=n_classes,
        targets=words,
        output=output,
        loss=loss,
        n_units=n_units,
        hidden=hidden,
        depth=depth,
        settled=None if hidden is None else fixed_point(hidden.activation, hidden.init),
        properties=_weighed(properties_of(output, loss, kind, y), notices),
        notices=tuple(notices),
        prediction=prediction,
        invalid=invalid,
        partner_output=standard_output(loss_spec),
        partner_losses=losses_made_for(output.name, kind),
    )


def _weighed(properties: Properties | None, notices: Sequence[Notice]) -> Properties | None:
    """With what class weights, of which the functions alone know nothing, make of the probabilities."""
    is_biased = any(notice.name is NoticeName.BIASED_PROBABILITIES for notice in notices)
    return replace(properties, proper=False) if properties is not None and is_biased else properties
