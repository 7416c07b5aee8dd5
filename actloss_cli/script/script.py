"""Writes the script of one trial: gathers its parts, fills the template, imports what the text uses."""

import ast
import itertools
import re
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from numpy.typing import NDArray

from actloss_cli.datasets import Dataset, split
from actloss_cli.datasets.assembly import QUARTER
from actloss_cli.datasets.rows import hold_out, stream
from actloss_cli.engine.head import head_for
from actloss_cli.engine.initialise import INITS
from actloss_cli.errors import user_error
from actloss_cli.plan.trial import Trial, is_plain_mlp
from actloss_cli.script.activations import activation_call
from actloss_cli.script.literals import WIDTH, literal
from actloss_cli.script.losses import loss_part
from actloss_cli.script.rows import rows_for
from actloss_cli.script.scoring import score_lines, target_lines
from actloss_cli.script.sources import Sources, free_names, without_underscores
from actloss_cli.script.updates import update_part
from actloss_cli.seeding import derive_seed

SCORE_NAMES = {"regression": "R²", "binary": "balanced accuracy", "multiclass": "balanced accuracy"}
_IMPORTS = {
    "F": "from torch.nn import functional as F",
    "Path": "from pathlib import Path",
    "StandardScaler": "from sklearn.preprocessing import StandardScaler",
    "balanced_accuracy_score": "from sklearn.metrics import balanced_accuracy_score",
    "compute_class_weight": "from sklearn.utils.class_weight import compute_class_weight",
    "lr_scheduler": "from torch.optim import lr_scheduler",
    "math": "import math",
    "nn": "from torch import nn",
    "np": "import numpy as np",
    "r2_score": "from sklearn.metrics import r2_score",
    "torch": "import torch",
}
"""What the templates' own lines may name."""


@dataclass(frozen=True)
class Script:
    """A script and the arrays that must lie beside it, by name; none where it is enough by itself."""

    text: str
    arrays: Mapping[str, NDArray[Any]]


def write_script(trial: Trial, dataset: Dataset, *, diverges: bool, explanation: str) -> Script:
    """The script that trains this trial as the plain loop does; `explanation` goes into its head.

    Raises `UserError` where its model is not a plain MLP.
    """
    if not is_plain_mlp(trial.task.model):
        raise user_error(
            f"the model of task '{trial.task.label}' is more than linear layers and activations",
            hint="scripts are written of plain MLPs: take a trial of a task with 'kind: mlp' and 'norm: none'",
        )
    head = head_for(trial.task, trial.pairing, len(dataset.classes))
    sources = Sources()
    for function in (derive_seed, stream, hold_out):
        sources.add(function)
    rows = rows_for(trial.task.dataset, dataset, sources)
    y = "seen" if "y_train" in rows.arrays else "y"
    n_train = len(split(dataset, trial.phase, trial.seed).y_train)
    n_steps = trial.task.training.epochs * -(-n_train // trial.task.training.batch_size)
    held_out = "test" if trial.phase == "final" else "validation"
    values = {
        "trial": trial,
        "summary": _wrapped(f"{trial.task.label}: {trial.pairing.label} in plain PyTorch."),
        "explanation": _wrapped(explanation),
        "rows": rows,
        "stratified": bool(dataset.classes),
        "dataset_name": dataset.name,
        "validation_share": QUARTER,
        "has_missing": bool(np.isnan(dataset.X).any()),
        "y": y,
        "layers": layer_calls(trial, [dataset.X.shape[1], *trial.task.model.hidden, head.n_units], n_train, sources),
        "initialise": sources.add(INITS[trial.task.model.init]),
        "loss": loss_part(head, diverges, sources),
        "update": update_part(trial, n_steps, sources),
        "held_out": held_out,
        "target": target_lines(head, y),
        "score": score_lines(trial.task, head, held_out),
        "score_name": SCORE_NAMES[trial.task.kind],
    }
    return Script(render("trial.py.j2", values, sources), rows.arrays)


def render(template_name: str, values: Mapping[str, object], sources: Sources) -> str:
    """The template with these values, the definitions that were gathered, and an import of each name that it uses."""
    template = _environment().get_template(template_name)
    body = template.render(values, definitions=_laid_out(sources.definitions.values()), imports="")
    imports = sources.imports | {name: _IMPORTS[name] for name in free_names(body) if name in _IMPORTS}
    used = set(free_names(body))
    needed = [statement for name, statement in imports.items() if name in used]
    text = template.render(values, definitions=_laid_out(sources.definitions.values()), imports=_sorted(needed))
    return without_underscores(text)


def layer_calls(trial: Trial, widths: Sequence[int], n_train: int, sources: Sources) -> list[str]:
    """The calls that make the model's modules, in order, of inputs, hidden layers and outputs of these widths."""
    batch_size = min(n_train, trial.task.training.batch_size)
    calls = []
    for layer, (n_in, n_out) in enumerate(itertools.pairwise(widths)):
        is_last = layer == len(widths) - 2
        choice = trial.pairing.output if is_last else trial.pairing.activation
        calls += [f"nn.Linear({n_in}, {n_out})", activation_call(choice, layer, batch_size, sources)]
    return [call for call in calls if call]


def _laid_out(definitions: Iterable[str]) -> str:
    """Constants first, then functions and classes."""
    texts = list(definitions)
    is_block = [isinstance(ast.parse(text).body[0], ast.FunctionDef | ast.ClassDef) for text in texts]
    constants = [text for text, block in zip(texts, is_block, strict=True) if not block]
    blocks = [text for text, block in zip(texts, is_block, strict=True) if block]
    return "\n\n\n".join(["\n".join(constants), *blocks] if constants else ["", *blocks]).removeprefix("\n")


def _sorted(statements: Iterable[str]) -> str:
    """Import statements as isort orders them: the standard library's, then the others'; names of a module together."""
    names: dict[str, list[str]] = {}
    for statement in statements:
        match statement.split(" import "):
            case [module, name]:
                names.setdefault(module, []).append(name)
            case _:
                names[statement] = []
    lines = {
        head: f"{head} import {', '.join(sorted(found, key=_by_case))}" if found else head
        for head, found in names.items()
    }
    ordered = sorted(lines, key=lambda head: (head.startswith("from "), head.lower()))
    groups = [[lines[head] for head in ordered if _is_standard(head) is standard] for standard in (True, False)]
    return "\n\n".join("\n".join(group) for group in groups if group)


def _by_case(name: str) -> tuple[bool, bool, str]:
    """Constants, then classes, then functions."""
    return not name.isupper(), not name[:1].isupper(), name


def _is_standard(statement: str) -> bool:
    return re.split(r"[ .]", statement)[1] in sys.stdlib_module_names


def _wrapped(text: str) -> str:
    return "\n\n".join(textwrap.fill(paragraph, WIDTH) for paragraph in text.split("\n\n"))


@cache
def _environment() -> Environment:
    environment = Environment(  # noqa: S701  # it fills in code, not HTML
        loader=PackageLoader("actloss_cli.script"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    environment.filters["literal"] = literal
    return environment
