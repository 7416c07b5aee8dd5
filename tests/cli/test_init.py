"""`actloss init`: a first config for every kind runs as it is and says all that can be said."""

import re

import pytest
import yaml

from actloss_cli.config.descriptions import DESCRIPTIONS
from actloss_cli.config.load import load_config
from actloss_cli.config.schema import ConfigFile
from actloss_cli.config.starter import starter_config
from tests.cli.test_commands import call

__all__ = ["call"]

KINDS = [None, "regression", "binary", "multiclass"]


def starter(call, kind, path):
    answer = call("init", path, *([] if kind is None else ["--kind", kind]))
    assert answer.returncode == 0, answer.stderr
    return path.read_text()


@pytest.mark.parametrize("kind", KINDS)
def test_a_starter_is_planned_as_it_is(call, tmp_path, kind):
    text = starter(call, kind, tmp_path / "first.yaml")
    assert {task["kind"] for task in yaml.safe_load(text)["tasks"]} == ({kind} if kind else set(KINDS[1:]))
    answer = call("plan", "first.yaml", "--json")
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_a_starter_mentions_every_key_of_the_schema(kind):
    text = starter_config(kind)
    for section, keys in DESCRIPTIONS.items():
        for key in keys:
            assert re.search(rf"(?<![\w-]){key}:", text), f"{section.__name__}.{key}"


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_starter_comments_out_is_valid_too(tmp_path, kind):
    text = starter_config(kind)
    parts = "    [a-z]+: '", "  [a-z_]+: [0-9]"
    for commented in ("exclude:", "verdict:", "  - task:", *parts, "label:", "from:", "to:"):
        text, n = re.subn(rf"^( *)# ?(?={commented})", r"\1", text, flags=re.MULTILINE)
        assert n, commented
    (tmp_path / "whole.yaml").write_text(text)
    config = load_config(str(tmp_path / "whole.yaml"))
    assert set(yaml.safe_load(text)) == set(ConfigFile.model_fields)
    assert all(task.task.lr.low == 0.001 for task in config.tasks)


def examples_of(text):
    """By role, the entry that stands in the comment above it."""
    blocks = (block.split("\n") for block in text.split("\n\n") if "multiplied out: " in block)
    for lines in blocks:
        comment = " ".join(line.removeprefix("# ") for line in lines if line.startswith("#"))
        role = next(line for line in lines if not line.startswith("#")).partition(":")[0]
        yield role, comment.rpartition("multiplied out: ")[2]


@pytest.mark.parametrize("kind", KINDS[1:])
def test_every_entry_that_a_starter_shows_as_an_example_is_valid(tmp_path, kind):
    text = starter_config(kind)
    examples = dict(examples_of(text))
    assert list(examples) == ["activation", "output", "loss", "optimizer"]
    entries = "".join(f"{role}: {entry}\n" for role, entry in examples.items())
    dataset = yaml.safe_load(text)["tasks"][0]["dataset"]
    (tmp_path / "examples.yaml").write_text(f"name: x\ntasks: [{{kind: {kind}, dataset: {dataset}}}]\n{entries}")
    assert load_config(str(tmp_path / "examples.yaml"))


def test_without_a_file_it_goes_to_stdout(call):
    assert call("init", "--kind", "binary").stdout == starter_config("binary")


def test_a_file_that_is_there_is_replaced_only_by_force(call, tmp_path):
    (tmp_path / "mine.yaml").write_text("name: mine\n")
    answer = call("init", "mine.yaml")
    assert answer.returncode == 2
    assert answer.stderr == (
        "error: 'mine.yaml' is there already\nhint: name another file, or replace it with --force\n"
    )
    assert (tmp_path / "mine.yaml").read_text() == "name: mine\n"
    assert call("init", "mine.yaml", "--force").returncode == 0
    assert (tmp_path / "mine.yaml").read_text() == starter_config(None)
