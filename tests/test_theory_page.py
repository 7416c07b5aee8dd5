"""docs/theory.md: its numbers are those that its commands print, its rules and thresholds those of the code."""

import importlib
import json
import re
import shlex
from dataclasses import asdict
from pathlib import Path

import pytest
from typer.testing import CliRunner

from actloss_cli.cli.app import app
from actloss_cli.theory.predict import RuleName
from actloss_cli.theory.prediction_thresholds import SET_ON, PredictionThresholds

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "theory.md").read_text()


def rows(header: str) -> list[list[str]]:
    """Cells of the table whose first row begins like this, without its two head rows."""
    start = PAGE.index(f"| {header} |")
    lines = PAGE[start:].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def found_under(key: str, value: object) -> float:
    """`hidden.delta_rms.0`: of the JSON, by names and places."""
    for part in key.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


KNOWN = [(command.strip("`"), key.strip("`"), number) for command, key, number, _ in rows("command")]


@pytest.mark.parametrize(
    ("command", "key", "number"), KNOWN, ids=[f"{command[30:]}: {key}" for command, key, _ in KNOWN]
)
def test_a_known_value_is_what_its_command_prints(command, key, number):
    program, *arguments = shlex.split(command)
    answer = CliRunner().invoke(app, arguments)
    assert (program, answer.exit_code) == ("actloss", 0)
    digits = len(number.partition(".")[2])
    # half of the last digit, and what binary fractions add
    assert found_under(key, json.loads(answer.stdout)) == pytest.approx(float(number), abs=0.5001 * 10**-digits)


def test_the_known_values_of_softmax_twice_and_of_selu_are_there():
    assert {"0.3133", "0.5514", "0.7437", "1.4612", "0.7966", "1.0716"} <= {number for _, _, number in KNOWN}


def test_the_rules_are_those_of_the_code_in_their_order():
    assert [rule for rule, *_ in rows("rule")] == list(RuleName)


def test_the_thresholds_are_those_of_the_code():
    assert {name.strip("`"): float(value) for name, value, _ in rows("threshold")} == asdict(PredictionThresholds())


def test_each_rule_names_thresholds_that_there_are_and_every_one_is_named():
    named = re.findall(r"`(\w+)`", " ".join(thresholds for *_, thresholds in rows("rule")))
    assert set(named) == set(asdict(PredictionThresholds()))


def test_the_datasets_that_thresholds_were_set_on_are_those_of_the_code():
    (named,) = re.findall(r"They were set on ([\w, ]+) \(", PAGE)
    assert set(re.split(r", | and ", named)) == set(SET_ON)


@pytest.mark.parametrize(
    ("name", "module"), sorted(set(re.findall(r"\[`(\w+)`\]\(\.\./(actloss_cli/theory/\w+)\.py\)", PAGE)))
)
def test_each_function_is_where_its_link_leads(name, module):
    assert hasattr(importlib.import_module(module.replace("/", ".")), name)


def test_the_page_is_linked_from_the_readme_and_its_own_links_lead_somewhere():
    assert "(docs/theory.md)" in (ROOT / "README.md").read_text()
    to_files = re.findall(r"\]\(([^)#]+)\)", PAGE)
    # agreement.md is written by `make agreement`
    missing = {link for link in to_files if not (ROOT / "docs" / link).exists()} - {"theory/agreement.md"}
    assert missing == set()
    headings = {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in re.findall(r"^#+ (.+)$", PAGE, re.M)}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= headings


def test_no_formula_has_an_escape_that_markdown_would_take_for_its_own():
    formulas = re.findall(r"\$([^$\n]+)\$", PAGE)
    assert len(formulas) > 40
    assert [formula for formula in formulas if re.search(r"\\[^A-Za-z]|\|", formula)] == []
