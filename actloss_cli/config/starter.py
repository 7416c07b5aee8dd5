"""A first config with every key and what one may write there; made of the schema, so that it can't go stale."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel

from actloss_cli.catalogue import KINDS, Kind, LossSpec
from actloss_cli.catalogue.spec import Spec
from actloss_cli.config.axes import DEFAULT_AXES
from actloss_cli.config.descriptions import DESCRIPTIONS
from actloss_cli.config.entries import EVERY, REGISTRY, ROLES, Role
from actloss_cli.config.model_sections import Init, ModelSection
from actloss_cli.config.schema import (
    ConfigFile,
    CsvSection,
    LrGrid,
    OpenmlSection,
    Pattern,
    SeedsSection,
    TaskSection,
    TrainingSection,
    VerdictSection,
)
from actloss_cli.datasets import CARDS
from actloss_cli.datasets.dataset import Missing
from actloss_cli.plan.trial import ModelKind, Norm

_WIDTH = 100
_EXAMPLES: dict[Kind, str] = {"regression": "friedman1", "binary": "moons", "multiclass": "digits"}
"""Of each kind a dataset that is generated or comes with scikit-learn, and takes seconds."""
_ENDS = {"from": 0.001, "to": 1}
_MODEL_LABEL = {"as": "small"}
_SHAPED_MODELS = (
    "{kind: conv1d, channels: [8, 16], kernel: 3, stride: 2, shape: [1, 40]}",
    "{kind: recurrent, width: 32, shape: [2, 20]}",
)
_NAMES = {"init": Init, "kind": ModelKind, "norm": Norm}
_PATTERN = {part: "identity" if part == "activation" else "*" for part in Pattern.model_fields}
_SETTINGS: Mapping[Role, Mapping[Kind, str]] = {
    "activation": dict.fromkeys(KINDS, "{name: leaky_relu, negative_slope: [0.01, 0.2], as: leaky}"),
    "output": dict.fromkeys(KINDS, "{name: hardtanh, min_val: -2, max_val: 2, as: clipped}"),
    "loss": {
        "regression": "{name: huber, delta: [0.5, 2]}",
        "binary": "{name: focal, gamma: [1, 2]}",
        "multiclass": "{name: cross_entropy, label_smoothing: [0, 0.1]}",
    },
    "optimizer": dict.fromkeys(
        KINDS, "{name: sgd, momentum: [0, 0.9], schedule: [constant, cosine], clip: norm, clip_at: 1}"
    ),
}
"""Entries to begin with."""


def starter_config(kind: Kind | None) -> str:
    """YAML with a task of that kind, or one of each."""
    kinds = KINDS if kind is None else (kind,)
    return "\n".join([*_head(), *_tasks(kinds), *_axes(kinds), *_sections(), *_optional(), ""])


def _head() -> Iterator[str]:
    yield "# yaml-language-server: $schema=actloss.schema.json"
    yield "# An editor completes names by that file: actloss schema > actloss.schema.json"
    yield "#"
    yield from _comment(
        "Lines that begin with '# ' and a key are what else can be said. Look at it with 'actloss plan', "
        "train it with 'actloss run', read the answer with 'actloss report results/starter'."
    )
    yield ""
    yield from _comment(DESCRIPTIONS[ConfigFile]["name"])
    yield "name: starter"
    yield ""


def _tasks(kinds: Sequence[Kind]) -> Iterator[str]:
    words = DESCRIPTIONS[TaskSection]
    yield from _comment(DESCRIPTIONS[ConfigFile]["tasks"])
    yield "tasks:"
    for kind in kinds:
        yield f"  - kind: {kind}"
        names = ", ".join(card.name for card in CARDS if card.kind == kind)
        yield from _comment(f"{words['dataset']} Of this kind: {names}.", 4)
        yield f"    dataset: {_EXAMPLES[kind]}"
        yield from _comment(words["label"], 4)
        yield f"    # label: my {kind} task"
    yield from _comment("Data of your own, or of OpenML:", 2)
    for source in ("csv: data.csv", "openml: 31"):
        yield f"  # - kind: {kinds[0]}"
        yield f"  #   dataset: {{{source}, target: COLUMN, missing: error}}"
    yield from _comment(f"kind: {', '.join(KINDS)}. {words['kind']}", 2)
    for section, key in ((CsvSection, "csv"), (OpenmlSection, "openml"), (OpenmlSection, "target")):
        yield from _comment(f"{key}: {DESCRIPTIONS[section][key]}", 2)
    yield from _comment(f"missing: {', '.join(get_args(Missing))}. {DESCRIPTIONS[CsvSection]['missing']}", 2)
    yield ""


def _axes(kinds: Sequence[Kind]) -> Iterator[str]:
    for role in ROLES:
        names = ", ".join(spec.name for spec in REGISTRY[role] if _serves(spec, kinds))
        yield from _comment(
            f"{DESCRIPTIONS[ConfigFile][role]} One, a list, or either by kind of task. '{EVERY}', or any of: {names}."
        )
        yield from _comment(f"With settings, lists of which are multiplied out: {_SETTINGS[role][kinds[0]]}")
        lists = {kind: f"[{', '.join(choice.label for choice in DEFAULT_AXES[role][kind])}]" for kind in kinds}
        if len(set(lists.values())) == 1:
            yield f"{role}: {lists[kinds[0]]}"
        else:
            yield f"{role}:"
            yield from (f"  {kind}: {names}" for kind, names in lists.items())
        yield ""


def _serves(spec: Spec, kinds: Sequence[Kind]) -> bool:
    return not isinstance(spec, LossSpec) or any(kind in spec.codings for kind in kinds)


def _sections() -> Iterator[str]:
    yield from _section("lr", LrGrid, _ENDS)
    yield from _section("seeds", SeedsSection)
    notes = {key: f"One of: {', '.join(get_args(names))}." for key, names in _NAMES.items()}
    yield "# Of sequences and images, in place of the keys below; shape where the data don't say it:"
    yield from (f"# {model}" for model in _SHAPED_MODELS)
    yield from _section("model", ModelSection, _MODEL_LABEL, notes)
    yield from _section("training", TrainingSection)


def _section(
    key: str, section: type[BaseModel], optional: dict[str, Any] | None = None, notes: dict[str, str] | None = None
) -> Iterator[str]:
    """A section with the defaults of its keys; those that have none are commented out, with an example."""
    yield from _comment(DESCRIPTIONS[ConfigFile][key])
    yield f"{key}:"
    for name, default in _defaults(section).items():
        note = (notes or {}).get(name, "")
        yield from _comment(f"{DESCRIPTIONS[section][name]} {note}".strip(), 2)
        yield f"  # {name}: {optional[name]}" if optional and name in optional else f"  {name}: {default}"
    yield ""


def _optional() -> Iterator[str]:
    yield from _comment(DESCRIPTIONS[ConfigFile]["exclude"])
    yield "# exclude:"
    for sign, (part, text) in zip("-      ", _PATTERN.items(), strict=True):
        yield f"#   {sign} {part}: '{text}'  # {DESCRIPTIONS[Pattern][part]}"
    yield ""
    yield from _comment(DESCRIPTIONS[ConfigFile]["verdict"])
    yield "# verdict:"
    for name, default in _defaults(VerdictSection).items():
        yield f"#   {name}: {default}  # {DESCRIPTIONS[VerdictSection][name]}"


def _defaults(section: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.default for name, field in section.model_fields.items()}


def _comment(text: str, indent: int = 0) -> list[str]:
    prefix = " " * indent + "# "
    return textwrap.wrap(text, _WIDTH, initial_indent=prefix, subsequent_indent=prefix, break_on_hyphens=False)
