"""`actloss list datasets`: what is known of each dataset, whether it is at hand, and what else a config can name."""

import json

import pytest

from actloss_cli.datasets import CARDS
from tests.tiny_grid import actloss


def test_json_says_of_every_dataset_what_its_card_says_and_whether_it_is_at_hand(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("ACTLOSS_CACHE", str(tmp_path))
    answer = actloss("list", "datasets", "--json", cwd=tmp_path)
    rows = {row["name"]: row for row in json.loads(answer.stdout)}
    assert answer.stderr == ""
    assert list(rows) == [card.name for card in CARDS]
    assert rows["iris"] == {
        "name": "iris",
        "kind": "multiclass",
        "rows": 150,
        "features": 4,
        "classes": 3,
        "type": "standard",
        "summary": "three species of iris from measures of sepals and petals; very few rows",
        "at hand": "yes",
        "licence": "public domain: measured facts, published in 1936",
        "source": "Fisher (1936), The use of multiple measurements in taxonomic problems; scikit-learn",
    }
    assert rows["california_housing"]["at hand"] == "fetched when first used"
    assert rows["sine"]["classes"] is None


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_text_says_the_same_and_beside_it_what_else_can_be_named(columns, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    answer = actloss("list", "datasets", cwd=tmp_path)
    assert max(map(len, answer.stdout.splitlines())) <= columns
    words = " ".join(answer.stdout.split())
    for card in CARDS:
        assert (
            f"{card.name} {card.summary} kind: {card.kind}; rows: {card.n_rows}; features: {card.n_features}" in words
        )
    note = "a dataset can also be openml:NAME, openml:ID or {csv: PATH, target: COLUMN}"
    assert " ".join(answer.stderr.split()) == note
