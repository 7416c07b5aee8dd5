"""What a task is called: its own label, and its model's behind it where that has one."""

from collections.abc import Mapping
from typing import Any


def task_name(label: str, model_label: str) -> str:
    """`moons`, or `moons/deep`."""
    return f"{label}/{model_label}" if model_label else label


def label_of(name: str, model_label: str) -> str:
    """A task's own label, of its name."""
    return name.removesuffix(f"/{model_label}") if model_label else name


def name_of_section(section: Mapping[str, Any]) -> str:
    """Of a task in a resolved config."""
    return task_name(section["label"], section.get("model", {}).get("as", ""))
