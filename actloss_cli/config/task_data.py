"""The data of each task: finds and loads it, whatever else is wrong with the config, for its fingerprint."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from actloss_cli.config.document import Document
from actloss_cli.config.flaw import Flaw
from actloss_cli.config.schema import MAX_TASKS, OPENML_PREFIX, CsvSection, OpenmlSection, TaskHead
from actloss_cli.config.wording import LABEL_RULE, label_problem
from actloss_cli.datasets import DatasetError, DatasetRef, find_card, load


@dataclass(frozen=True)
class TaskData:
    """What a task is called, and its data."""

    label: str
    dataset: DatasetRef
    fingerprint: str
    shape: tuple[int, ...]
    """Of a row, as the dataset has it; of a table the number of its features alone."""


def read_task_data(document: Document) -> tuple[Mapping[int, TaskData], list[Flaw]]:
    """By index in `tasks`, for each task whose head is valid and whose data are there; and the flaws of the others."""
    tasks = document.value.get("tasks")
    found: dict[int, TaskData] = {}
    taken: dict[str, int] = {}
    flaws: list[Flaw] = []
    for i, raw in enumerate(tasks[:MAX_TASKS] if isinstance(tasks, list) else []):
        try:
            head = TaskHead.model_validate(raw)
        except ValidationError:
            continue  # the whole config's validation tells
        named_at = ("tasks", i, "label" if head.label else "dataset")
        try:
            ref = dataset_ref(head.dataset, document.mark(("tasks", i, "dataset", "csv")).origin.folder)
            label = head.label or ref.name
            dataset = load(ref, head.kind)
        except DatasetError as error:
            flaws.append(Flaw(("tasks", i, "dataset"), error.message, error.hint))
            continue
        found[i] = TaskData(label, ref, dataset.fingerprint, dataset.shape or dataset.X.shape[1:])
        if problem := label_problem(label):
            whose = "file" if ref.csv else "dataset"
            message = f"{problem}, which the {whose}'s name makes it"
            flaws.append(Flaw(named_at, message, f"add a 'label:'; {LABEL_RULE}"))
        elif _names_its_model(raw):
            continue  # which may tell it from others of its label
        elif label in taken:
            message = f"the label '{label}' is that of tasks[{taken[label]}]"
            flaws.append(Flaw(named_at, message, "give one of the two a 'label:' of its own"))
        taken.setdefault(label, i)
    return found, flaws


def _names_its_model(raw: Mapping[str, Any]) -> bool:
    model = raw.get("model")
    return isinstance(model, dict) and "as" in model


def dataset_ref(dataset: CsvSection | OpenmlSection | str, folder: Path) -> DatasetRef:
    """The dataset under the catalogue's name, the CSV under its absolute path, or OpenML's as it is written.

    The path of a CSV starts from `folder`.
    """
    match dataset:
        case str() if dataset.startswith(OPENML_PREFIX) and dataset != OPENML_PREFIX:
            return _openml_ref(dataset.removeprefix(OPENML_PREFIX))
        case str():
            return DatasetRef(find_card(dataset).name)
        case OpenmlSection():
            return replace(_openml_ref(dataset.openml), target=dataset.target, missing=dataset.missing)
        case CsvSection():
            path = (folder / dataset.csv).resolve()
            return DatasetRef(Path(dataset.csv).stem, str(path), dataset.target, missing=dataset.missing)


def _openml_ref(name_or_id: str) -> DatasetRef:
    name = f"openml-{name_or_id}" if name_or_id.isdecimal() else name_or_id
    return DatasetRef(name, openml=name_or_id)
