"""Which diagnostics a training reports, and after which epochs: what gives a trial's stored points their meaning.

Knows nothing of tensors, since whoever reads a store asks as well.
"""

from collections.abc import Iterator
from functools import cache
from typing import Literal, TypeAlias

Of: TypeAlias = Literal["linear", "hidden", "model"]

DIAGNOSTICS: tuple[tuple[str, Of], ...] = (
    ("gradient_norm", "linear"),
    ("gradient_ratio", "model"),
    ("delta_rms", "linear"),
    ("update_ratio", "model"),
    ("dead_units", "hidden"),
    ("saturated_units", "hidden"),
    ("zeros", "hidden"),
    ("activation_rms", "hidden"),
    ("output_at_ends", "model"),
    ("undefined_share", "model"),
    ("output_spread", "model"),
    ("weight_growth", "model"),
)
"""Every diagnostic, and whether each linear layer has one, each hidden layer, or the model. On the validation rows;
gradients on the first chunk of them, of the loss with class weights as in training. Rms is the root of a mean square.

- gradient_norm: Euclidean norm of the weights' gradient; biases left out.
- gradient_ratio: rms of that gradient in the first linear layer over that in the last.
- delta_rms: rms of the gradient at the pre-activations over units and rows, times the number of rows.
- update_ratio: norm of the last step's change of all weights and biases over their norm before it.
- dead_units: share of units that are 0 on every row.
- saturated_units: share of units whose slope is next to nothing on almost every row; see `saturation`.
- zeros: share of 0 over units and rows.
- activation_rms: rms over units and rows.
- output_at_ends: share of outputs next to a finite end of their range; see `saturation`.
- undefined_share: share of rows whose outputs are not what the loss takes; see `catalogue.admissible`.
- output_spread: standard deviation of an output over the rows, the largest of the output units'.
- weight_growth: norm of all weights over that before the first step.
"""


@cache  # a reader asks for each of tens of thousands of trials
def diagnostic_epochs(epochs: int) -> tuple[int, ...]:
    """After which epochs of so many a trial is diagnosed `[K]`, at logarithmic distances; 0: before the first step."""
    return tuple(sorted({0, *(round(epochs ** (k / 3)) for k in range(4))}))


@cache
def diagnostic_columns(n_hidden: int) -> tuple[tuple[str, int | None], ...]:
    """Name and layer, from 1, of each diagnostic `[M]` of a model with so many hidden layers; None: of the model."""
    return tuple((name, layer) for name, of in DIAGNOSTICS for layer in _layers(of, n_hidden))


@cache
def diagnostic_names(n_hidden: int) -> tuple[str, ...]:
    """The same as one name each `[M]`: `gradient_norm_1`, .., `weight_growth`."""
    return tuple(name if layer is None else f"{name}_{layer}" for name, layer in diagnostic_columns(n_hidden))


def _layers(of: Of, n_hidden: int) -> Iterator[int | None]:
    match of:
        case "linear":
            yield from range(1, n_hidden + 2)
        case "hidden":
            yield from range(1, n_hidden + 1)
        case "model":
            yield None
