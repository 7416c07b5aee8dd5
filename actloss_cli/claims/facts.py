"""Claims about the functions themselves, each settled by evaluating them; one named check per fact. Trains nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from pydantic import ValidationError
from torch import Tensor
from torch.nn import functional as F

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice
from actloss_cli.catalogue.at_start import function_at_start
from actloss_cli.config.document import Origin
from actloss_cli.config.rewording import flaws_from
from actloss_cli.config.schema import ConfigFile
from actloss_cli.config.yaml_reader import read_yaml
from actloss_cli.engine.saturation import largest_slope

_POINTS = torch.tensor([-1.0, 0.0, 2.0], dtype=torch.float64)
_ROUNDED = 5e-5
"""Half a unit of the fourth decimal, to which the numbers are printed."""
_SAME = 1e-12


@dataclass(frozen=True)
class Found:
    """What a check found, and whether the fact holds."""

    holds: bool
    words: str


def _printed_numbers() -> Found:
    sigmoid = _values("sigmoid", _POINTS)
    relu = _values("relu", _POINTS)
    expected = torch.tensor([0.2689, 0.5, 0.8808], dtype=torch.float64)
    holds = bool((sigmoid - expected).abs().max() <= _ROUNDED) and relu.tolist() == [0.0, 0.0, 2.0]
    return Found(holds, f"sigmoid(-1, 0, 2) = {_row(sigmoid)}; relu(-1, 0, 2) = {_row(relu)}")


def _tanh_is_steeper() -> Found:
    tanh, sigmoid = (largest_slope(Choice.of(name)) for name in ("tanh", "sigmoid"))
    return Found(tanh > sigmoid, f"the steepest slope of tanh is {tanh:.4g}, that of sigmoid {sigmoid:.4g}")


def _codings_agree() -> Found:
    p, index = _distributions()
    one_hot = F.one_hot(index, p.shape[1]).double()
    categorical = catalogue.loss("categorical_cross_entropy").per_sample(p, one_hot)
    sparse = catalogue.loss("sparse_categorical_cross_entropy").per_sample(p, index)
    gap = float((categorical - sparse).abs().max())
    return Found(gap <= _SAME, f"over {len(p)} random distributions they differ by at most {gap:.1g}")


def _divergence_is_cross_entropy() -> Found:
    q, index = _distributions()
    p = 0.9 * F.one_hot(index, q.shape[1]).double() + 0.1 / q.shape[1]
    divergence = F.kl_div(q.log(), p, reduction="none").sum(1)
    cross_entropy = F.cross_entropy(q.log(), p, reduction="none")
    entropy = -(p * p.log()).sum(1)
    gap = float((divergence - cross_entropy + entropy).abs().max())
    words = f"KL divergence is cross-entropy less the target's entropy, to within {gap:.1g}"
    return Found(gap <= _SAME, words)


def _loss_as_activation() -> Found:
    text = "name: mixed\ntasks: [{kind: regression, dataset: sine}]\nactivation: mse\n"
    document = read_yaml(text, Origin("config.yaml", Path()))
    try:
        ConfigFile.model_validate(document.value)
    except ValidationError as error:
        messages = [flaw.message for flaw in flaws_from(error, document.value)]
        return Found(any("'mse' is a loss" in message for message in messages), f"the error says: {messages[0]}")
    return Found(False, "the config was accepted")


def _one_unit_cross_entropy() -> Found:
    z, y = torch.linspace(-5, 5, 101)[:, None], torch.linspace(-3, 3, 101)[:, None]
    worst = float(F.cross_entropy(z, y, reduction="none").abs().max())
    return Found(worst == 0, f"over 101 logits and real targets the loss is {worst:g} at the most")


def _logits_without_floor() -> Found:
    far = [float(F.binary_cross_entropy_with_logits(torch.tensor(z), torch.tensor(2.0))) for z in (10.0, 100.0, 1000.0)]
    words = ", ".join(f"{value:g}" for value in far)
    return Found(far[0] > far[1] > far[2] and far[2] < -900, f"on a target of 2 it is {words} at logits 10, 100, 1000")


def _bce_refuses() -> Found:
    try:
        F.binary_cross_entropy(torch.tensor([0.5]), torch.tensor([2.0]))
    except RuntimeError as refusal:
        return Found(True, f"PyTorch says: {str(refusal).splitlines()[0]}")
    return Found(False, "a target of 2 was accepted")


def _scaled_target() -> Found:
    y = torch.linspace(0.05, 0.95, 19, dtype=torch.float64)
    z = torch.linspace(-6, 6, 12001, dtype=torch.float64)
    loss = F.binary_cross_entropy_with_logits(z[:, None].expand(-1, len(y)), y.expand(len(z), -1), reduction="none")
    gap = float((torch.sigmoid(z[loss.argmin(0)]) - y).abs().max())
    return Found(gap < 1e-3, f"for 19 targets in (0, 1) the loss is least within {gap:.1g} of sigmoid(z) = target")


def _snippet_is_refused() -> Found:
    try:
        F.cross_entropy(torch.softmax(torch.randn(2, 3), 1), torch.tensor([[0, 1, 0], [1, 0, 0]]))
    except RuntimeError as refusal:
        return Found(True, f"PyTorch says: {str(refusal).splitlines()[0]}")
    return Found(False, "integer one-hot targets were accepted")


def _values(name: str, z: Tensor) -> Tensor:
    spec = catalogue.activation(name)
    return function_at_start(spec, spec.hyper)(z)


def _distributions() -> tuple[Tensor, Tensor]:
    """Random distributions `[N, C]` and class indices `[N]`."""
    generator = torch.Generator().manual_seed(0)
    p = torch.softmax(torch.randn(1000, 5, generator=generator, dtype=torch.float64), 1)
    return p, torch.randint(0, 5, (1000,), generator=generator)


def _row(values: Tensor) -> str:
    return ", ".join(f"{value:.4g}" for value in values.tolist())


FACTS: Mapping[str, Callable[[], Found]] = {
    "printed_numbers": _printed_numbers,
    "tanh_is_steeper_than_sigmoid": _tanh_is_steeper,
    "categorical_and_sparse_cross_entropy_agree": _codings_agree,
    "kl_divergence_is_cross_entropy_less_entropy": _divergence_is_cross_entropy,
    "a_loss_under_activation_is_told_so": _loss_as_activation,
    "one_unit_cross_entropy_is_zero": _one_unit_cross_entropy,
    "bce_with_logits_has_no_floor_on_real_targets": _logits_without_floor,
    "bce_refuses_real_targets": _bce_refuses,
    "scaled_targets_are_met_under_bce_with_logits": _scaled_target,
    "integer_one_hot_targets_are_refused": _snippet_is_refused,
}
"""By the name that a claims file gives."""
