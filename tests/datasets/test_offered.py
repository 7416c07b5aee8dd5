"""Datasets of installed packages: found by entry points, imported when named, told where they can't be used."""

import sys

import numpy as np
import pytest

from actloss_cli.config.load import load_config
from actloss_cli.datasets import DatasetError, DatasetRef, find_card, load

MODULE = """\
import numpy as np
from actloss_cli.datasets import classification

rng = np.random.default_rng(0)
X = rng.normal(size=(200, 3))


def ours():
    return classification("ours", X, (X[:, 0] > 0).astype(np.int64), ("a", "b", "c"), ("low", "high"), 0.25)


def rows():
    return X


def broken():
    raise OSError("no such table")


number = 5
"""
CONFIG = {
    "name": "x",
    "tasks": [{"kind": "binary", "dataset": "ours"}],
    "activation": "relu",
    "output": "sigmoid",
    "loss": "bce",
    "optimizer": "adam",
}
NAMES = ("ours", "rows", "broken", "number")


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A distribution as pip leaves it."""
    (tmp_path / "offered_data.py").write_text(MODULE)
    metadata = tmp_path / "tables-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: tables\nVersion: 1.0\n")
    points = "\n".join(f"{name} = offered_data:{name}" for name in NAMES)
    (metadata / "entry_points.txt").write_text(f"[actloss.datasets]\nmoons = offered_data:number\n{points}\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    sys.modules.pop("offered_data", None)
    load.cache_clear()


def test_what_a_package_offers_is_a_dataset_like_any_other(package):
    assert "offered_data" not in sys.modules
    (task,) = load_config(CONFIG).tasks
    dataset = load(task.task.dataset, "binary")
    assert (dataset.name, dataset.classes, len(dataset.test)) == ("ours", ("low", "high"), 50)
    assert task.task.fingerprint == dataset.fingerprint
    np.testing.assert_array_equal(dataset.y, (dataset.X[:, 0] > 0).astype(np.int64))


def test_no_package_replaces_a_dataset_of_ours(package):
    assert find_card("moons").n_rows == 2000


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("rows", "dataset 'rows' (offered_data:rows) gives a ndarray"),
        ("number", "dataset 'number' (offered_data:number) is a int"),
        ("broken", "dataset 'broken' can't be loaded: OSError: no such table"),
    ],
)
def test_what_is_no_dataset_is_told(package, name, message):
    with pytest.raises(DatasetError) as refusal:
        load(DatasetRef(name), "binary")
    assert refusal.value.message == message
    assert refusal.value.hint
