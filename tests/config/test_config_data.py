"""What is said against the data of a task: an unknown dataset, one of another kind, a CSV that does not serve."""

import random
from pathlib import Path

import pytest

from actloss_cli.config.load import load_config
from actloss_cli.config.yaml_writer import dump_yaml
from actloss_cli.datasets import CARDS, DatasetRef
from actloss_cli.errors import UserError
from tests.datasets.openml_pages import name, publish, refuse
from tests.datasets.web import Web

ROWS = 60


@pytest.fixture
def csv_folder(folder: Path) -> Path:
    """A folder with `data.csv`: two columns of numbers, one of words."""
    generator = random.Random(0)
    lines = [f"{generator.random()},{generator.random()},{generator.choice(['red', 'green'])}" for _ in range(ROWS)]
    (folder / "data.csv").write_text("\n".join(["size,weight,colour", *lines]))
    return folder


@pytest.fixture
def openml(web: Web) -> Web:
    """OpenML with the dataset 31, `credit-g`, which has a missing number."""
    generator = random.Random(0)
    rows = [[generator.random(), generator.random(), ["good", "bad"][i % 2]] for i in range(ROWS)]
    rows[0][0] = None
    publish(web, 31, [("size", "numeric"), ("weight", "numeric"), ("class", "nominal")], rows, target="class")
    name(web, "credit-g", 31)
    name(web, "x" * 70, 31)
    refuse(web, "list/data_name/-3/limit/2/status/active/")
    return web


def config(tasks: str) -> str:
    return f"name: x\ntasks:\n{tasks}\n"


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        (
            "{kind: binary, dataset: moon}",
            "29: tasks[0].dataset: unknown dataset 'moon'\nhint: did you mean 'moons'? see 'actloss list datasets'",
        ),
        (
            "{kind: regression, dataset: digits}",
            "33: tasks[0].dataset: dataset 'digits' is for multiclass, not regression"
            "\nhint: write kind: multiclass, or take one for regression: "
            + ", ".join(card.name for card in CARDS if card.kind == "regression"),
        ),
        (
            "{kind: regression, dataset: {csv: data.csv, target: wieght}}",
            "33: tasks[0].dataset: CSV 'data.csv' has no column 'wieght'"
            "\nhint: did you mean 'weight'? its columns: 'size', 'weight', 'colour'",
        ),
        (
            "{kind: binary, dataset: 3}",
            "29: tasks[0].dataset: must be text, not 3\nhint: put it in quotes if it is meant as text",
        ),
        (
            "{kind: binary, dataset: {csv: data.csv}}",
            "29: tasks[0].dataset: 'target' is missing\nhint: name the column to predict",
        ),
        (
            "{kind: binary, dataset: {csv: data.csv, target: ''}}",
            "53: tasks[0].dataset.target: must not be empty\nhint: name the column to predict",
        ),
        (
            "{kind: binary, dataset: {csv: data.csv, tarjet: y, target: y}}",
            "45: tasks[0].dataset: unknown key 'tarjet'\nhint: did you mean 'target'?",
        ),
        (
            "{kind: binary, dataset: {csv: data.csv, target: colour, missing: median}}",
            "70: tasks[0].dataset.missing: must be one of error, mean, drop, not 'median'\nhint: did you mean 'mean'?",
        ),
        (
            "{kind: binary, dataset: {csv: data.csv, target: colour, missing: 0}}",
            "70: tasks[0].dataset.missing: must be one of error, mean, drop, not 0"
            "\nhint: 'mean' fills missing numbers in, 'drop' leaves their rows out",
        ),
        (
            "{kind: binary, dataset: {target: colour}}",
            "29: tasks[0].dataset: 'csv' is missing"
            "\nhint: a dataset is a name, {csv: PATH, target: COLUMN} or {openml: NAME}",
        ),
        (
            "{kind: binary, dataset: {openml: 31, tarjet: y}}",
            "42: tasks[0].dataset: unknown key 'tarjet'\nhint: did you mean 'target'?",
        ),
        (
            "{kind: binary, dataset: {openml: 31, csv: data.csv}}",
            "42: tasks[0].dataset: unknown key 'csv'\nhint: the keys here are: openml, target, missing",
        ),
        (
            "{kind: binary, dataset: {openml: 3.5}}",
            "38: tasks[0].dataset.openml: must be text, not 3.5\nhint: put it in quotes if it is meant as text",
        ),
        (
            "{kind: binary, dataset: {openml: true}}",
            "38: tasks[0].dataset.openml: must be text, not true\nhint: put it in quotes if it is meant as text",
        ),
        (
            "{kind: binary, dataset: {openml: ''}}",
            "38: tasks[0].dataset.openml: must not be empty\nhint: the name of a dataset of OpenML, or its id",
        ),
        (
            "{kind: binary, dataset: {openml: -3}}",
            "29: tasks[0].dataset: OpenML has no active dataset '-3'\nhint: look it up at openml.org",
        ),
        (
            "{kind: binary, dataset: 'openml:'}",
            "29: tasks[0].dataset: unknown dataset 'openml:'\nhint: see 'actloss list datasets'",
        ),
        (
            "{kind: binary, dataset: openml:my data}",
            "29: tasks[0].dataset: 'my data' is neither a name nor an id of OpenML"
            "\nhint: write openml:31, or openml:NAME",
        ),
        (
            '{kind: binary, dataset: {csv: "a\\0", target: y}}',
            "35: tasks[0].dataset.csv: 'a\\x00' holds characters that can't be shown",
        ),
    ],
)
def test_data_that_do_not_serve_are_told_with_their_place(csv_folder, openml, problems_of, task, expected):
    assert problems_of(config(f"  - {task}")) == [f"error: x.yaml:3:{expected}"]


def test_a_missing_csv_is_named_by_the_path_that_was_looked_for(csv_folder, problems_of):
    (problem,) = problems_of(config("  - {kind: binary, dataset: {csv: none.csv, target: y}}"))
    assert problem.startswith("error: x.yaml:3:29: tasks[0].dataset: no such file '")
    assert problem.endswith("none.csv'\nhint: a relative path starts from the config's folder")


def test_a_text_target_in_a_regression_is_told(csv_folder, problems_of):
    (problem,) = problems_of(config("  - {kind: regression, dataset: {csv: data.csv, target: colour}}"))
    assert problem.startswith("error: x.yaml:3:33: tasks[0].dataset: ")
    assert "colour" in problem


def test_data_are_checked_even_beside_other_flaws_of_the_task(csv_folder, problems_of):
    problems = problems_of(
        config("  - {kind: binary, dataset: moon, lr: -1, label: a, x: 3}\n  - {kind: binary, dataset: mon}")
    )
    assert [problem.split(": ")[1] for problem in problems] == [
        "x.yaml:3:29",
        "x.yaml:3:39",
        "x.yaml:3:53",
        "x.yaml:4:29",
    ]


def test_a_csv_is_looked_for_beside_its_config(csv_folder, monkeypatch):
    (csv_folder / "deep").mkdir()
    (csv_folder / "deep" / "c.yaml").write_text(
        config("  - {kind: binary, dataset: {csv: ../data.csv, target: colour}}")
    )
    (task,) = load_config("deep/c.yaml").tasks
    assert task.task.dataset.csv == str((csv_folder / "data.csv").resolve())
    assert task.task.label == task.task.dataset.name == "data"
    assert task.task.fingerprint


def test_a_csv_in_a_setting_is_looked_for_in_the_current_folder(csv_folder):
    (csv_folder / "deep").mkdir()
    (csv_folder / "deep" / "c.yaml").write_text(config("  - {kind: binary, dataset: {csv: none.csv, target: colour}}"))
    for setting in ("tasks.0.dataset.csv=data.csv", "tasks.0.dataset={csv: data.csv, target: colour}"):
        (task,) = load_config("deep/c.yaml", [setting]).tasks
        assert task.task.dataset.csv == str((csv_folder / "data.csv").resolve())


def test_a_file_name_that_cannot_be_a_label_asks_for_one(csv_folder, problems_of):
    (csv_folder / f"{'x' * 70}.csv").write_text((csv_folder / "data.csv").read_text())
    task = f"  - {{kind: binary, dataset: {{csv: {'x' * 70}.csv, target: colour}}}}"
    assert problems_of(config(task)) == [
        f"error: x.yaml:3:29: tasks[0].dataset: '{'x' * 27}...{'x' * 28}' can't be a label, "
        "which the file's name makes it"
        "\nhint: add a 'label:'; use 1 to 64 printable characters without '/' and without spaces at the ends"
    ]


def test_missing_cells_are_read_as_the_config_says_and_the_resolved_config_says_so(csv_folder, load_text, openml):
    with (csv_folder / "data.csv").open("a") as file:
        file.write("\n,1.5,red")
    csv = str((csv_folder / "data.csv").resolve())
    for missing in ("mean", "drop"):
        written = config(f"  - {{kind: binary, dataset: {{csv: data.csv, target: colour, missing: {missing}}}}}")
        (task,) = load_text(written).tasks
        assert task.task.dataset == DatasetRef("data", csv, "colour", missing=missing)
        assert task.resolved()["dataset"] == {"csv": csv, "target": "colour", "missing": missing}


def test_a_dataset_of_openml_is_named_shortly_or_with_its_own_target_and_stays_as_it_was_written(load_text, openml):
    written = """
  - {kind: regression, dataset: {openml: 31, target: weight, missing: drop}, label: a}
  - {kind: binary, dataset: {openml: credit-g, missing: mean}}
  - {kind: binary, dataset: {openml: '31', missing: mean}}"""
    loaded = load_text(config(written))
    assert [task.task.label for task in loaded.tasks] == ["a", "credit-g", "openml-31"]
    assert [task.resolved()["dataset"] for task in loaded.tasks] == [
        {"openml": "31", "target": "weight", "missing": "drop"},
        {"openml": "credit-g", "missing": "mean"},
        {"openml": "31", "missing": "mean"},
    ]
    again = load_text(dump_yaml(loaded.resolved()))
    assert [task.task for task in again.tasks] == [task.task for task in loaded.tasks]


@pytest.mark.parametrize("asked", ["openml:32", "{openml: 32}", "{openml: '32', missing: error}"])
def test_the_short_form_says_the_same_as_the_long_one(load_text, openml, asked):
    rows = [[i, ["good", "bad"][i % 2]] for i in range(ROWS)]
    publish(openml, 32, [("size", "numeric"), ("class", "nominal")], rows, target="class")
    (task,) = load_text(config(f"  - {{kind: binary, dataset: {asked}}}")).tasks
    assert task.task.dataset == DatasetRef("openml-32", openml="32")
    assert task.resolved()["dataset"] == "openml:32"
    assert task.task.label == "openml-32"


def test_missing_cells_of_openml_are_told_with_the_form_that_fills_them(openml, problems_of):
    assert problems_of(config("  - {kind: binary, dataset: openml:credit-g}")) == [
        "error: x.yaml:3:29: tasks[0].dataset: OpenML dataset 'credit-g' has missing values in 'size' (1 row)"
        "\nhint: fill them in, or write {openml: credit-g, missing: mean}, or 'missing: drop' to leave those rows out "
        "(cells that OpenML leaves open count as missing)"
    ]


def test_a_name_of_openml_that_cannot_be_a_label_asks_for_one(openml, problems_of):
    task = f"  - {{kind: binary, dataset: {{openml: {'x' * 70}, missing: drop}}}}"
    assert problems_of(config(task)) == [
        f"error: x.yaml:3:29: tasks[0].dataset: '{'x' * 27}...{'x' * 28}' can't be a label, "
        "which the dataset's name makes it"
        "\nhint: add a 'label:'; use 1 to 64 printable characters without '/' and without spaces at the ends"
    ]


def test_a_dataset_that_cannot_be_fetched_is_told_with_its_place_and_nothing_else(
    offline, cache_folder, problems_of, capfd
):
    assert problems_of(config("  - {kind: binary, dataset: openml:credit-g}")) == [
        "error: x.yaml:3:29: tasks[0].dataset: can't fetch OpenML dataset 'credit-g': Connection refused"
        f"\nhint: connect to the internet once, or copy '{cache_folder}/openml-credit-g.npz' and its .sha256 "
        "from a machine that has them"
    ]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("source", ["none.yaml", "gird", "x" * 5000, "a\0b", "."])
def test_what_is_neither_a_file_nor_shipped_is_told(folder, source):
    with pytest.raises(UserError, match=r"is neither a file nor a shipped config\nhint: .*shipped configs: .*grid"):
        load_config(source)


def test_the_nearest_shipped_config_is_offered(folder):
    with pytest.raises(UserError) as caught:
        load_config("gird")
    assert str(caught.value) == (
        "error: 'gird' is neither a file nor a shipped config"
        "\nhint: did you mean 'grid'? shipped configs: binary, everything, grid, multiclass, regression, smoke"
    )


def test_a_file_comes_before_a_shipped_config_and_a_folder_does_not(folder):
    (folder / "grid").mkdir()
    assert load_config("grid").name == "grid"
    (folder / "smoke").write_text(config("  - {kind: binary, dataset: moons}"))
    assert load_config("smoke").name == "x"
