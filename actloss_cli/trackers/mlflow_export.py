"""Trial records into an MLflow tracking server, in bulk: what is there already is not sent again."""

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, Run
from mlflow.exceptions import MlflowException

from actloss_cli.errors import user_error
from actloss_cli.trackers.records import TrialRecord

TRIAL_TAG = "actloss.trial"
"""Holds a trial's id, by which a repeated export knows what is there."""
METRICS_PER_REQUEST = 1000
"""MLflow's own limit."""
RUNS_PER_PAGE = 1000
N_SENDERS = 4
"""Requests under way at once: most of an export's time the server works, and with more it works no faster."""
RETRIES_OF_THE_FIRST_REQUEST = "1"
"""MLflow's own seven take minutes to say that there is no server."""


@dataclass(frozen=True)
class Exported:
    """How an export went."""

    n_sent: int
    n_known: int
    """Trials that were there already."""
    experiment_id: str


def export_to_mlflow(records: Sequence[TrialRecord], tracking_uri: str, experiment: str) -> Exported:
    """Makes a run of each record in the experiment, which is made where it is not there.

    A run whose export was broken off is deleted and made anew. Raises `UserError` where the server does not answer, or
    refuses.
    """
    with _refusals_told(tracking_uri), _in_environment("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true"):
        client = MlflowClient(tracking_uri)
        experiment_id = _find_experiment(client, experiment)
        known = _find_known(client, experiment_id)
        missing = [one for one in records if one.id not in known]
        with ThreadPoolExecutor(N_SENDERS) as senders:
            for _ in senders.map(lambda one: _send(client, experiment_id, one), missing):
                pass
    return Exported(len(missing), len(records) - len(missing), experiment_id)


def _find_experiment(client: MlflowClient, name: str) -> str:
    with _in_environment("MLFLOW_HTTP_REQUEST_MAX_RETRIES", RETRIES_OF_THE_FIRST_REQUEST):
        found = client.get_experiment_by_name(name)
    return str(client.create_experiment(name) if found is None else found.experiment_id)


def _find_known(client: MlflowClient, experiment_id: str) -> set[str]:
    """Trials that are in the experiment whole; deletes the runs of others, whose points some stores would double."""
    found: list[Run] = []
    token = None
    while True:
        page = client.search_runs(
            [experiment_id], f"tags.`{TRIAL_TAG}` != ''", max_results=RUNS_PER_PAGE, page_token=token
        )
        found += page
        token = page.token
        if not token:
            break
    for run in found:
        if run.info.status == "RUNNING":
            client.delete_run(run.info.run_id)
    return {run.data.tags[TRIAL_TAG] for run in found if run.info.status != "RUNNING"}


def _send(client: MlflowClient, experiment_id: str, record: TrialRecord) -> None:
    """The run, all that belongs to it, and last that it is complete."""
    start_ms = time.time_ns() // 1_000_000
    tags = {TRIAL_TAG: record.id, **{f"actloss.{name}": value for name, value in record.tags.items()}}
    run_id = client.create_run(experiment_id, start_ms, tags, run_name=record.name).info.run_id
    first, *rest = _chunks(_metrics(record, start_ms)) or [[]]
    client.log_batch(run_id, first, [Param(name, value) for name, value in record.parameters.items()])
    for metrics in rest:
        client.log_batch(run_id, metrics)
    end_ms = start_ms + round(1000 * record.metrics.get("elapsed_s", 0))
    client.set_terminated(run_id, "FINISHED" if record.is_done else "FAILED", end_ms)


def _metrics(record: TrialRecord, at_ms: int) -> list[Metric]:
    ends = [Metric(name, value, at_ms, 0) for name, value in record.metrics.items()]
    return ends + [Metric(name, value, at_ms, step) for name, points in record.curves.items() for step, value in points]


def _chunks(metrics: Sequence[Metric]) -> list[Sequence[Metric]]:
    return [metrics[i : i + METRICS_PER_REQUEST] for i in range(0, len(metrics), METRICS_PER_REQUEST)]


@contextmanager
def _in_environment(name: str, value: str) -> Iterator[None]:
    """A setting of MLflow's, unless the user has said another."""
    if name in os.environ:
        yield
        return
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]


@contextmanager
def _refusals_told(tracking_uri: str) -> Iterator[None]:
    try:
        yield
    except MlflowException as refusal:
        first = str(refusal).strip().partition("\n")[0][:300]
        raise user_error(
            f"MLflow at {tracking_uri}: {first}",
            hint="check that the server runs and the address; what was sent stays, and the same command goes on",
        ) from refusal
