"""Datasets that installed packages offer, by entry points: a card, or a function that gives a `Dataset`.

What is installed was trusted when it was installed; it is imported when a config names it, and not before.
"""

import contextlib
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import EntryPoint
from typing import Any

import numpy as np

from actloss_cli.datasets.dataset import Dataset, DatasetCard
from actloss_cli.datasets.error import DatasetError
from actloss_cli.entry_points import offered

_WANTED = "it should be a DatasetCard, or a function without arguments that gives a Dataset; see docs/extending.md"


def offered_card(name: str) -> DatasetCard | None:
    """The card of the dataset that a package offers under that name; raises `DatasetError` where it can't be used."""
    point = offered("dataset").get(name)
    if point is None:
        return None
    value = _called(point, point.load)
    if isinstance(value, DatasetCard):
        return replace(value, name=name)
    if isinstance(value, type) or not callable(value):
        raise _unusable(point, f"is a {type(value).__name__}")
    dataset = _checked(point, _called(point, value))
    return DatasetCard(
        name=name,
        kind=dataset.kind,
        n_rows=len(dataset.y),
        n_features=dataset.X.shape[1],
        n_classes=len(dataset.classes),
        kind_of_source="standard",
        source=point.value,
        licence="the package's",
        summary="",
        load=lambda: replace(dataset, name=name),
    )


def _called(point: EntryPoint, call: Callable[[], Any]) -> Any:
    """What it gives; what it prints goes to stderr."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            return call()
    except Exception as error:  # whatever a package raises
        said = " ".join(f"{type(error).__name__}: {error}".split())
        whose = point.dist.name if point.dist else "a package"
        hint = f"mend or remove {whose}, which offers '{point.name}' as {point.value}"
        raise DatasetError(f"dataset '{point.name}' can't be loaded: {said}", hint) from error


def _checked(point: EntryPoint, dataset: object) -> Dataset:
    """What `classification` and `regression` of actloss_cli.datasets give is sound; others may be anything."""
    if not isinstance(dataset, Dataset):
        raise _unusable(point, f"gives a {type(dataset).__name__}")
    N = len(dataset.y)
    if dataset.X.ndim != 2 or len(dataset.X) != N or not dataset.fingerprint:
        raise _unusable(point, f"gives rows of shape {dataset.X.shape} for {N} targets, or without a fingerprint")
    if not len(dataset.test) or dataset.test.min() < 0 or dataset.test.max() >= N:
        raise _unusable(point, "has no test rows, or some that are not there")
    if not np.isfinite(dataset.y).all() or (dataset.classes and dataset.y.max() >= len(dataset.classes)):
        raise _unusable(point, "has targets that are not finite, or without a class")
    return dataset


def _unusable(point: EntryPoint, what: str) -> DatasetError:
    return DatasetError(f"dataset '{point.name}' ({point.value}) {what}", _WANTED)
