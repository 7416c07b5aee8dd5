"""A declaration to the facts that a reader of the catalogue looks for, each a piece of Markdown."""

import math
import re
from collections.abc import Iterator, Mapping

from actloss_cli.catalogue.gain import gain_for
from actloss_cli.catalogue.spec import ActivationSpec, Coding, LossSpec, OptimizerSpec, Spec, Target
from actloss_cli.report.markdown import code, plain
from actloss_cli.report.number_format import format_lr, format_metric
from actloss_cli.report.setting_text import allowed, written

_TARGETS: Mapping[Target, str] = {
    "standardised": "standardised target",
    "rate": "target y / mean(y), y >= 0",
    "zero_one": "target 0 or 1",
    "minus_plus": "target -1 or +1",
    "index": "class index",
    "one_hot": "one-hot target",
}
_CLASS = re.compile(r"(torch\.nn\.\w+(?:\([^)]*\))?)")


def activation_facts(spec: ActivationSpec) -> Iterator[str]:
    """At its defaults: values and slopes, where it may stand, what may be set or is learnt, where it is from."""
    roles = [role for role, serves in (("hidden", spec.hidden), ("output", spec.output)) if serves]
    yield " and ".join(roles) if len(roles) > 1 else f"{roles[0]} only"
    if spec.along_features:
        yield "acts along the features"
    if spec.stochastic:
        yield "random in training"
    yield f"range {code(str(spec.range_for(spec.hyper)))}"
    yield f"init gain {format_metric(gain_for(spec, spec.hyper))}{' by convention' if spec.init_gain else ''}"
    if kinks := spec.kinks_for(spec.hyper):
        slopes = ", ".join(f"{kink.at:g} (taken as {format_metric(kink.slope)})" for kink in kinks)
        yield f"no derivative at {slopes}"
    for name, start in spec.learnable_for(spec.hyper).items():
        yield f"learns {code(name)}, one per layer, from {start:g}"
    yield from setting_facts(spec, *spec.hyper)
    yield _origin(spec)


def loss_facts(spec: LossSpec) -> Iterator[str]:
    """At its defaults: what it takes from output and data, what it says as a scoring rule, what may be set."""
    yield f"takes: {spec.takes}"
    for coding, kinds in _kinds_by_coding(spec).items():
        units = "a unit per class" if coding.per_class else "one unit"
        yield plain(f"{', '.join(kinds)}: {_TARGETS[coding.target]}, {units}")
    if spec.units_follow_output:
        yield "binary: two units under an output along the features"
    yield f"domain {code(str(spec.domain))}"
    if math.isfinite(spec.overflows_above):
        yield f"infinite above u = {format_metric(spec.overflows_above)}"
    if spec.serves_classes:
        yield "implies class probabilities" if spec.implied else "implies no class probabilities"
    if proper := spec.proper_for(spec.hyper):
        yield f"as a scoring rule: {proper}"
    yield from setting_facts(spec, *spec.settings)
    yield _origin(spec)


def optimizer_facts(spec: OptimizerSpec) -> Iterator[str]:
    """Its learning rates, how it trains trials, its torch class, where it is from."""
    yield f"lr from {' to '.join(map(format_lr, spec.lr_range))}"
    yield "trains in stacks" if spec.stackable else "trains by the plain loop"
    yield code(spec.torch_name)
    yield plain(spec.source)


def setting_facts(spec: Spec, *names: str) -> Iterator[str]:
    """The settings of these names, each with its default and what it may be."""
    for name in names:
        yield f"{code(name)} = {written(spec.settings[name])}, {allowed(spec, name)}"


def _origin(spec: ActivationSpec | LossSpec) -> str:
    """The source, after torch's class where there is one that the source doesn't name; classes of torch as code."""
    torch_class = f"torch.nn.{type(spec.module(**spec.hyper)).__name__}" if spec.module else ""
    lead = f"{code(torch_class)}, " if torch_class not in spec.source else ""
    return lead + "".join(
        code(part) if part.startswith("torch.") else plain(part) for part in _CLASS.split(spec.source)
    )


def _kinds_by_coding(spec: LossSpec) -> dict[Coding, list[str]]:
    kinds: dict[Coding, list[str]] = {}
    for kind, coding in spec.codings.items():
        kinds.setdefault(coding, []).append(kind)
    return kinds
