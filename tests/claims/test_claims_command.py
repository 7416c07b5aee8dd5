"""`actloss claims` and `actloss verify` from the command line, on a grid of seconds."""

import json
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

from actloss_cli.cli.app import app
from actloss_cli.errors import ExitCode, UserError
from actloss_cli.store.reader import read_run
from tests.tiny_grid import actloss

CONFIG = """\
name: small
tasks:
  - {label: moons for long, kind: binary, dataset: moons, training: {epochs: 4}}
  - {label: moons for one, kind: binary, dataset: moons, training: {epochs: 1}}
activation: [relu, tanh]
output: [identity, sigmoid]
loss: [bce, bce_with_logits]
optimizer: adam
lr: {points: 2}
seeds: {tune: 5, final: 6}
model: {hidden: [8]}
training: {batch_size: 64}
"""
CLAIMS = """\
claims:
  - id: LONGER
    text: Four epochs are no worse than one.
    source: this test
    config: small.yaml
    compare:
      a: {task: moons for long, output: identity, activation: relu}
      b: {task: moons for one, output: identity, activation: relu}
      metric: score
      direction: at_least
      margin: 0.1
    must: supported
  - id: ZEROS
    text: Tanh gives many zeros.
    source: this test
    config: small.yaml
    compare: {a: {activation: tanh}, than: 0.5, metric: zeros, direction: greater}
    must: refuted
  - id: SAME
    text: ReLU and Tanh score the same.
    source: this test
    config: small.yaml
    equal:
      a: {activation: relu, output: identity, task: moons for long}
      b: {activation: tanh, output: identity, task: moons for long}
      metric: score
      within: 0.5
  - {id: SHARE, text: Rates matter., source: this test, config: small.yaml, share: {factors: [learning rate], than: 0}}
  - {id: BEST, text: Tanh is best., source: this test, config: small.yaml, holds_on: some,
     best_among: {a: {activation: tanh}, role: activation, metric: score, within: 0.5}}
  - {id: KEEPS, text: ReLU works., source: this test, config: small.yaml,
     keeps: {a: {activation: relu, output: sigmoid, loss: bce}, share: 0.5}}
  - {id: SOME, text: Some pairing of tanh beats relu., source: this test, config: small.yaml,
     exists: {a: {activation: tanh}, b: {activation: relu}, metric: score, direction: greater}}
  - {id: FACT, text: Numbers., source: this test, fact: printed_numbers, must: supported}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """With the two files and what `claims run` has made of them."""
    folder = tmp_path_factory.mktemp("claims")
    (folder / "small.yaml").write_text(CONFIG)
    (folder / "claims.yaml").write_text(CLAIMS)
    answer = actloss("claims", "run", "claims.yaml", "--json", cwd=folder)
    assert answer.returncode == 0, answer.stderr
    (folder / "run.json").write_text(answer.stdout)
    return folder


@pytest.fixture
def invoke(folder, monkeypatch):
    """Calls the command in this process, in that folder; a user's error is raised."""
    monkeypatch.chdir(folder)
    return lambda *arguments: CliRunner().invoke(app, list(arguments), catch_exceptions=False)


def claim(folder, id_):
    claims = json.loads((folder / "run.json").read_text())["claims"]
    return next(claim for claim in claims if claim["id"] == id_)


def test_every_form_of_claim_comes_out(folder):
    results = {id_: claim(folder, id_)["result"] for id_ in ("LONGER", "ZEROS", "SAME", "SHARE", "BEST", "FACT")}
    assert results == {
        "LONGER": "supported",
        "ZEROS": "refuted",
        "SAME": "supported",
        "SHARE": "supported",
        "BEST": "supported",
        "FACT": "supported",
    }
    assert len(claim(folder, "SOME")["cases"]) == 6  # three heads that can be trained, on two tasks
    assert [case["label"] for case in claim(folder, "LONGER")["cases"]] == ["moons for long / moons for one"]


def test_an_effect_is_the_mean_over_seeds_of_what_the_store_holds(folder):
    run = read_run(folder / "results" / "small")
    finals = run.trials[run.trials["phase"] == "final"].reset_index()
    of = finals.set_index(["pairing_id", "seed"])["score"].to_dict()
    name = "moons for long/{}/identity/bce_with_logits/adam".format
    d = np.array([of[name("relu"), seed] - of[name("tanh"), seed] for seed in range(6)])
    (case,) = claim(folder, "SAME")["cases"]
    assert case["effect"] == pytest.approx(d.mean())
    # the test rows that the seeds share widen the interval of the seeds alone
    assert case["high"] - case["low"] > np.diff(stats.t.interval(0.95, 5, d.mean(), stats.sem(d)))[0]


def test_the_error_over_the_suite_is_holms(folder):
    claims = json.loads((folder / "run.json").read_text())["claims"]
    tested = [one for one in claims if one["q"] is not None]
    p = np.array([min(1, 2 * min(one["p_for"], one["p_against"])) for one in tested])
    order = np.argsort(p)
    steps = np.minimum(1, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    assert [tested[i]["q"] for i in order] == pytest.approx(steps.tolist())
    assert [one["id"] for one in claims if one["q"] is None] == ["FACT"]


def test_a_run_that_is_complete_is_not_trained_again(invoke):
    answer = invoke("claims", "run", "claims.yaml", "--only", "ZEROS,FACT")
    assert answer.exit_code == 0
    assert "0 of them trained now" in answer.stderr
    assert "refuted ZEROS  Tanh gives many zeros." in answer.stdout


def test_the_page_has_a_table_and_a_figure_for_each_claim_that_was_measured(folder, invoke):
    answer = invoke("claims", "report", "claims.yaml", "--page", "page.md")
    assert answer.exit_code == 0, answer.stderr
    page = (folder / "page.md").read_text()
    assert page.index("## Refuted") < page.index("## Supported")
    assert sorted(path.stem for path in (folder / "page").iterdir()) == sorted(
        ["LONGER", "ZEROS", "SAME", "SHARE", "BEST", "KEEPS", "SOME"]
    )
    assert all(f"(page/{path.name})" in page for path in (folder / "page").iterdir())


def test_verify_fails_where_a_claim_must_come_out_otherwise(folder, invoke):
    (folder / "pinned.yaml").write_text(
        "claims:\n"
        "  - {id: P, text: Tanh has zeros., source: s, must: supported,\n"
        "     compare: {a: {activation: tanh}, than: 0.5, metric: zeros, direction: greater}}\n"
        "  - {id: F, text: Numbers., source: s, fact: printed_numbers}\n"
    )
    command = ("verify", "results/small", "--claims", "pinned.yaml", "--junit", "j.xml", "--summary", "s.md")
    answer = invoke(*command)
    assert answer.exit_code == 1
    assert answer.stderr == "1 did not come out as they must: P\n"
    suite = ET.parse(folder / "j.xml").getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("2", "1", "0")
    (failure,) = suite.iter("failure")
    assert failure.get("message") == "refuted, must be supported"
    assert "| P | **refuted**, must be supported | Tanh has zeros. |" in (folder / "s.md").read_text()


def test_claims_on_another_run_are_skipped_and_counted(folder, invoke):
    (folder / "other.yaml").write_text(CONFIG.replace("name: small", "name: another"))
    (folder / "two.yaml").write_text(CLAIMS.replace("config: small.yaml", "config: other.yaml", 1))
    answer = invoke("verify", "results/small", "--claims", "two.yaml", "--json", "--only", "LONGER,FACT")
    assert answer.exit_code == 0, answer.stderr
    assert json.loads(answer.stdout)["skipped"] == ["LONGER"]


def test_what_the_run_does_not_have_is_told_by_its_place(folder, invoke):
    (folder / "miss.yaml").write_text(
        "claims:\n  - {id: M, text: t, source: s, keeps: {a: {activation: gelu}}}\n"
        "  - {id: N, text: t, source: s, equal: {a: {loss: bce}, b: {loss: b*e}, metric: score, within: 1}}\n"
    )
    with pytest.raises(UserError) as caught:
        invoke("verify", "results/small", "--claims", "miss.yaml")
    assert caught.value.code is ExitCode.USAGE
    assert str(caught.value) == (
        "error: miss.yaml:2:57: claims[0].keeps.a.activation: no pairing of the run has the activation 'gelu'\n"
        "hint: did you mean 'relu'?\n"
        "error: miss.yaml:3:40: claims[1].equal: no pairing of 'a' has a partner in 'b'\n"
        "hint: name the same functions on both sides, but for those that are compared"
    )


def test_a_run_that_is_not_there_is_told_with_the_command_that_makes_it(invoke):
    with pytest.raises(UserError) as caught:
        invoke("claims", "report", "claims.yaml", "--results", "nowhere")
    assert caught.value.code is ExitCode.RESULTS
    assert str(caught.value) == (
        "error: no run in 'nowhere/small'\n"
        "hint: train what the claims need with 'actloss claims run claims.yaml --results nowhere'"
    )
