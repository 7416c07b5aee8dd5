"""The example of a user's own CSV: its card tells the truth, and what its README shows can be loaded."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from sklearn.datasets import load_iris

from actloss_cli.datasets import DatasetRef, load

FOLDER = Path(__file__).parents[2] / "datasets"
CARD = yaml.safe_load((FOLDER / "iris.yaml").read_text())
TABLE = pd.read_csv(FOLDER / CARD["csv"])


def test_the_card_tells_the_truth_about_the_csv() -> None:
    assert set(CARD) == {"name", "kind", "csv", "rows", "columns", "target", "classes", "source", "licence"}
    assert len(TABLE) == CARD["rows"]
    assert list(TABLE.columns) == CARD["columns"]
    assert TABLE[CARD["target"]].value_counts().to_dict() == CARD["classes"]


def test_the_example_loads_as_its_card_says() -> None:
    dataset = load(DatasetRef(CARD["name"], str(FOLDER / CARD["csv"]), CARD["target"]), CARD["kind"])
    assert dataset.X.shape == (CARD["rows"], len(CARD["columns"]) - 1)
    assert dataset.classes == tuple(CARD["classes"])
    np.testing.assert_array_equal(dataset.X, load_iris().data)
    np.testing.assert_array_equal(dataset.y, load_iris().target)


def test_the_readme_shows_a_task_that_the_card_confirms() -> None:
    shown = re.search(r"```yaml\n(.*?)```", (FOLDER / "README.md").read_text(), re.DOTALL)
    task = yaml.safe_load(shown.group(1))["tasks"][0]
    assert task["kind"] == CARD["kind"]
    assert task["dataset"]["target"] == CARD["target"]
    assert (FOLDER.parent / "configs" / task["dataset"]["csv"]).resolve() == FOLDER / CARD["csv"]
