"""Any pairings become a config that means them and no others, also once it is written and read again."""

import random
from pathlib import Path

import pytest

from actloss_cli.catalogue import KINDS
from actloss_cli.config.expansion import expand
from actloss_cli.config.load import load_config
from actloss_cli.config.yaml_writer import dump_yaml
from actloss_cli.datasets import DatasetRef, load
from actloss_cli.plan.trial import Task
from actloss_cli.recommend.candidates import HEADS, list_candidates, plain_default
from actloss_cli.recommend.grid import config_of, run_name, task_label
from actloss_cli.recommend.kind import KindFound
from actloss_cli.recommend.profile import describe

DATA = {"regression": "counts", "binary": "imbalanced", "multiclass": "wine"}


def question_of(kind):
    ref = DatasetRef(DATA[kind])
    dataset = load(ref, kind)
    return Task(dataset.name, kind, ref, dataset.fingerprint), list_candidates(describe(dataset, KindFound(kind, "")))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [1, 2, 7, 60, None])
def test_a_config_of_some_pairings_has_these_alone(tmp_path, kind, n):
    task, candidates = question_of(kind)
    chosen = random.Random(0).sample(candidates, n or len(candidates))
    config = config_of("some", task, chosen)
    path = Path(tmp_path / "some.yaml")
    path.write_text(dump_yaml(config.resolved()))
    for one in (config, load_config(str(path))):
        (grid,) = expand(one)
        assert set(grid.pairings) == set(chosen)
        assert len(grid.pairings) == len(chosen)


@pytest.mark.parametrize("kind", KINDS)
def test_the_plain_default_is_a_candidate_and_no_pairing_is_twice(kind):
    _, candidates = question_of(kind)
    assert plain_default(kind) in candidates
    assert len(set(candidates)) == len(candidates)
    assert {one.loss.name for one in candidates} <= {head.loss.name for head in HEADS[kind]}


@pytest.mark.parametrize(
    ("stem", "name", "label"),
    [
        ("houses", "recommend-houses", "houses"),
        ("my data (1)", "recommend-my-data-1-", "my data (1)"),
        ("a/b", "recommend-a-b", "a-b"),
        ("x" * 80, "recommend-" + "x" * 30, "x" * 30),
        ("...", "recommend-", "..."),
        (" ", "recommend--", "-"),
    ],
)
def test_a_file_s_name_becomes_a_run_s_name_and_a_label(stem, name, label):
    assert (run_name(stem), task_label(stem)) == (name, label)
