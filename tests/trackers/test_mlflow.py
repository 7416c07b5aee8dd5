"""`actloss export --to mlflow`, read back from a real MLflow server through its REST interface."""

import os
import re
import sys
import uuid

import pytest

from actloss_cli import Results
from tests.tiny_grid import actloss

pytestmark = [pytest.mark.requires("mlflow"), pytest.mark.long]

N_TRIALS = int(os.environ.get("MLFLOW_TRIALS", "36"))
N_PAIRINGS, N_TUNE = 4, 6
CONFIG = f"""\
name: tracked
tasks: [{{kind: binary, dataset: moons}}]
activation: [relu, tanh]
output: [identity, sigmoid]
loss: bce_with_logits
optimizer: sgd
lr: [0.01, 0.1, 1.0e+30]
seeds: {{tune: 2, final: {N_TRIALS // N_PAIRINGS - N_TUNE}}}
model: {{hidden: [8]}}
training: {{epochs: 4, batch_size: 64}}
"""
EXPERIMENT = f"a/b c {uuid.uuid4()}"
"""A server that is there may have had this test before."""


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tracked")
    (folder / "tracked.yaml").write_text(CONFIG)
    answer = actloss("run", "tracked.yaml", cwd=folder)
    assert answer.returncode == 0, answer.stderr
    return Results(folder / "results" / "tracked")


@pytest.fixture(scope="module")
def send(results, server):
    def send() -> str:
        answer = actloss(
            "export",
            results.path,
            "--to",
            "mlflow",
            "--tracking-uri",
            server.uri,
            "--experiment",
            EXPERIMENT,
            cwd=results.path,
        )
        assert (answer.returncode, answer.stdout) == (0, ""), answer.stderr
        return answer.stderr

    return send


@pytest.fixture(scope="module")
def said(send):
    return send()


@pytest.fixture(scope="module")
def runs(server, said):
    """By trial."""
    found = {}
    for run in server.runs(EXPERIMENT):
        tags = {tag["key"]: tag["value"] for tag in run["data"]["tags"]}
        found[tags["actloss.trial"]] = (run, tags)
    return found


def test_every_trial_is_there_once_with_its_parameters_tags_and_metrics(said, server, runs, results):
    sys.stdout.write(said)  # the time, for docs/exporting.md
    trials = results.trials()
    assert re.match(rf"sent {len(trials):,} trials in [0-9.,]+ s\nnext: open {server.uri}/#/experiments/\d+\n$", said)
    assert len(server.runs(EXPERIMENT)) == len(trials) == N_TRIALS
    for row in trials.to_dict("records"):
        run, tags = runs[row["trial"]]
        parameters = {one["key"]: one["value"] for one in run["data"]["params"]}
        for name in ("task", "activation", "output", "loss", "optimizer", "phase"):
            assert parameters[name] == row[name]
        assert (float(parameters["lr"]), int(parameters["seed"])) == (row["lr"], row["seed"])
        assert (tags["actloss.status"], tags["actloss.pairing_id"]) == (row["status"], row["pairing_id"])
        assert run["info"]["status"] == "FINISHED"
        metrics = {one["key"]: one["value"] for one in run["data"]["metrics"]}
        if row["status"] == "done":
            assert metrics["score"] == row["score"]
    assert {"done", "diverged"} == {tags["actloss.status"] for _, tags in runs.values()}


def test_curves_are_there_point_by_point(server, runs, results):
    curves = results.curves()
    done = results.trials().query("status == 'done'")["trial"].iloc[0]
    for metric, points in curves[curves["trial"] == done].groupby("metric"):
        expected = sorted(zip(points["step"].tolist(), points["value"].tolist(), strict=True))
        assert server.history(runs[done][0]["info"]["run_id"], metric) == expected


def test_a_second_export_sends_nothing_and_one_that_was_broken_off_is_sent_anew(server, runs, send):
    assert "sent 0 trials in" in send()
    (run, _), *_ = [one for one in runs.values() if one[1]["actloss.status"] == "done"]
    run_id = run["info"]["run_id"]
    ids = {one["info"]["run_id"] for one, _ in runs.values()}
    before = server.history(run_id, "validation_score")
    server.ask("runs/update", run_id=run_id, status="RUNNING")
    assert re.match(rf"sent 1 trials in [0-9.]+ s; {N_TRIALS - 1:,} were there already\n", send())
    now = server.runs(EXPERIMENT)
    assert (len(now), {one["info"]["status"] for one in now}) == (N_TRIALS, {"FINISHED"})
    (again,) = [
        one for one in now if one["info"]["run_name"] == run["info"]["run_name"] and one["info"]["run_id"] not in ids
    ]
    assert server.history(again["info"]["run_id"], "validation_score") == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--to", "mlflow"],
            "error: no MLflow server is named\nhint: give --tracking-uri http://127.0.0.1:5000, or set"
            " MLFLOW_TRACKING_URI; 'mlflow server' starts one\n",
        ),
        (
            ["--to", "mlflow", "--table", "trials", "-o", "x.csv"],
            "error: --table trials: says nothing with --to mlflow\n"
            "error: --output x.csv: says nothing with --to mlflow\n",
        ),
        (["--experiment", "mine"], "error: --experiment mine: says nothing without --to mlflow\n"),
    ],
)
def test_options_that_do_not_fit_are_refused(results, monkeypatch, options, message):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    answer = actloss("export", results.path, *options, cwd=results.path)
    assert (answer.returncode, answer.stdout, answer.stderr) == (2, "", message)


def test_a_server_that_is_not_there_is_told_within_seconds(results):
    uri = "http://127.0.0.1:9"
    answer = actloss("export", results.path, "--to", "mlflow", "--tracking-uri", uri, cwd=results.path)
    assert answer.returncode == 2
    assert answer.stderr.startswith(f"error: MLflow at {uri}: ")
    assert answer.stderr.endswith(
        "hint: check that the server runs and the address; what was sent stays, and the same command goes on\n"
    )
    assert "Traceback" not in answer.stderr
