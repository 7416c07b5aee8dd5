"""How a run was made, read back from its folder; damage is named, what is missing is empty."""

import json
import shutil
import sqlite3

import pytest

from actloss_cli.datasets import DatasetRef, load
from actloss_cli.errors import ExitCode, UserError
from actloss_cli.plan.trial import MEANING
from actloss_cli.store.settings import read_settings


@pytest.fixture
def copy(tiny_run, tmp_path):
    """A run's folder to spoil."""
    return shutil.copytree(tiny_run, tmp_path / "tiny")


def test_sessions_config_and_what_the_trials_were_trained_on_are_read(tiny_run):
    settings = read_settings(tiny_run)
    assert settings.sessions == json.loads((tiny_run / "provenance.json").read_text())
    assert settings.config["name"] == "tiny"
    assert [task["training"]["epochs"] for task in settings.config["tasks"]] == [4, 4]
    assert list(settings.specs) == ["friedman1", "moons"]
    for label, kind in (("friedman1", "regression"), ("moons", "binary")):
        spec = settings.specs[label]
        assert (spec["meaning"], spec["kind"]) == (MEANING, kind)
        assert spec["data"] == load(DatasetRef(label), kind).fingerprint


def test_a_run_without_its_plain_files_or_its_trials_has_no_settings(copy):
    (copy / "provenance.json").unlink()
    (copy / "config.yaml").unlink()
    with sqlite3.connect(copy / "results.sqlite") as db:
        db.execute("DELETE FROM trials")
    settings = read_settings(copy)
    assert (settings.sessions, settings.config, settings.specs) == ([], {}, {})


@pytest.mark.parametrize(
    ("file", "content", "why"),
    [
        ("provenance.json", "{}", "it holds no list of sessions"),
        ("provenance.json", "[1]", "it holds no list of sessions"),
        ("provenance.json", "[", "it holds no list of sessions"),
        ("provenance.json", "\xff", "it holds no list of sessions"),
        ("config.yaml", "name: tiny", "it holds no resolved config"),
        ("config.yaml", "tasks: [{kind: binary}]", "it holds no resolved config"),
        ("config.yaml", "", "it holds no resolved config"),
        ("config.yaml", "a: 1\n---\nb: 2", "a second YAML document begins here"),
    ],
)
def test_a_damaged_file_is_named_with_what_is_wrong(copy, file, content, why):
    (copy / file).write_text(content, encoding="latin-1")
    with pytest.raises(UserError) as refusal:
        read_settings(copy)
    assert str(refusal.value) == (
        f"error: '{copy / file}' is damaged: {why}\nhint: restore it from a copy, or move it away"
    )
    assert refusal.value.code == ExitCode.RESULTS


def test_a_database_of_another_schema_is_refused(copy):
    with sqlite3.connect(copy / "results.sqlite") as db:
        db.execute("UPDATE meta SET value = '1' WHERE key = 'schema_version'")
    with pytest.raises(UserError, match="has schema 1, this actloss reads"):
        read_settings(copy)


@pytest.mark.parametrize("damage", ["UPDATE trials SET spec = '{'", "DROP TABLE asked"])
def test_a_damaged_database_is_named(copy, damage):
    with sqlite3.connect(copy / "results.sqlite") as db:
        db.execute(damage)
    with pytest.raises(UserError, match="is no database of actloss, or is damaged"):
        read_settings(copy)
