"""docs/configuration.md: what the schema says now, every key once, with the defaults that are in force."""

import re
from pathlib import Path

from actloss_cli.config.descriptions import DESCRIPTIONS
from actloss_cli.config.load import load_config
from actloss_cli.report.configuration_page import configuration_page
from actloss_cli.report.markdown import plain

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"


def rows(section: str) -> dict[str, list[str]]:
    """Cells of the table under a heading, by key."""
    (body,) = re.findall(rf"^## {re.escape(section)}\n\n(.*?)(?=^## |\Z)", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    found = [re.split(r"(?<!\\) \| ", line.strip("| ")) for line in body.splitlines()[2:] if line.startswith("| `")]
    return {cells[0].strip("`"): cells[1:] for cells in found}


def test_the_page_is_what_the_schema_says_now():
    assert PAGE.read_text(encoding="utf-8") == configuration_page(), "docs/configuration.md is stale: run make docs"


def test_every_key_stands_there_with_its_use():
    page = PAGE.read_text(encoding="utf-8")
    for keys in DESCRIPTIONS.values():
        for key, use in keys.items():
            assert f"| `{key}` | {plain(use)} |" in page


def test_the_defaults_are_those_of_a_config_that_says_nothing():
    config = load_config({"name": "x", "tasks": [{"kind": "binary", "dataset": "moons"}]}).resolved()
    (task,) = config["tasks"]
    for section, untold in (("seeds", {"set": 0}), ("training", {})):
        assert {key: cells[2] for key, cells in rows(f"`{section}`").items()} == {
            key: f"`{value}`" for key, value in (task[section] | untold).items()
        }
    assert rows("`lr`")["points"][2] == f"`{task['lr']['points']}`"
    assert rows("`model`: mlp or residual")["hidden"][2] == f"`{task['model']['hidden']}`"
    assert {key: float(cells[2].strip("`")) for key, cells in rows("`verdict`").items()} == config["verdict"]
    usual = rows("Usual functions")
    for role in ("activation", "output", "loss", "optimizer"):
        assert usual[role][1] == ", ".join(f"`{entry['name']}`" for entry in task[role])


def test_every_link_within_the_page_leads_to_a_heading():
    page = PAGE.read_text(encoding="utf-8")
    anchors = {re.sub(r"[`:,]", "", title).lower().replace(" ", "-") for title in re.findall(r"^## (.*)$", page, re.M)}
    assert set(re.findall(r"\(#([^)]*)\)", page)) <= anchors
