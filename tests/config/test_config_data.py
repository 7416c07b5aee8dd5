"""What is said against the data of a task: an unknown dataset, one of another kind, a CSV that does not serve."""

import random
from pathlib import Path

import pytest

from actloss_cli.config import load_config
from actloss_cli.errors import UserError

ROWS = 60


@pytest.fixture
def csv_folder(folder: Path) -> Path:
    """A folder with `data.csv`: two columns of numbers, one of words."""
    generator = random.Random(0)
    lines = [f"{generator.random()},{generator.random()},{generator.choice(['red', 'green'])}" for _ in range(ROWS)]
    (folder / "data.csv").write_text("\n".join(["size,weight,colour", *lines]))
    return folder


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
            "\nhint: write kind: multiclass, or take one for regression: friedman1, diabetes",
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
            '{kind: binary, dataset: {csv: "a\\0", target: y}}',
            "35: tasks[0].dataset.csv: 'a\\x00' holds characters that can't be shown",
        ),
    ],
)
def test_data_that_do_not_serve_are_told_with_their_place(csv_folder, problems_of, task, expected):
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


@pytest.mark.parametrize("source", ["none.yaml", "gird", "x" * 5000, "a\0b", "."])
def test_what_is_neither_a_file_nor_shipped_is_told(folder, source):
    with pytest.raises(UserError, match=r"is neither a file nor a shipped config\nhint: .*shipped configs: .*grid"):
        load_config(source)


def test_the_nearest_shipped_config_is_offered(folder):
    with pytest.raises(UserError) as caught:
        load_config("gird")
    assert str(caught.value) == (
        "error: 'gird' is neither a file nor a shipped config"
        "\nhint: did you mean 'grid'? shipped configs: binary, grid, multiclass, regression, smoke"
    )


def test_a_file_comes_before_a_shipped_config_and_a_folder_does_not(folder):
    (folder / "grid").mkdir()
    assert load_config("grid").name == "grid"
    (folder / "smoke").write_text(config("  - {kind: binary, dataset: moons}"))
    assert load_config("smoke").name == "x"
