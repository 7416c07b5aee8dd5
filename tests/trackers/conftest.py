"""A real MLflow server for the tests, from an environment of its own; skipped where that is missing."""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SERVER = Path(os.environ.get("MLFLOW_SERVER", Path(__file__).parent / ".venv-mlflow" / "bin" / "mlflow"))
START_S = 300


@dataclass(frozen=True)
class Server:
    """Where it listens; `ask` speaks its REST interface."""

    uri: str

    def ask(self, path: str, **body: object) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.uri}/api/2.0/mlflow/{path}",
            data=json.dumps(body).encode() if body else None,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def runs(self, experiment: str) -> list[dict[str, Any]]:
        """All of an experiment."""
        (id_,) = [
            one["experiment_id"]
            for one in self.ask("experiments/search", max_results=100)["experiments"]
            if one["name"] == experiment
        ]
        found, token = [], ""
        while True:
            page = self.ask("runs/search", experiment_ids=[id_], max_results=1000, page_token=token)
            found += page.get("runs", [])
            token = page.get("next_page_token", "")
            if not token:
                return found

    def history(self, run_id: str, metric: str) -> list[tuple[int, float]]:
        """Step and value of each point."""
        answer = self.ask(f"metrics/get-history?run_id={run_id}&metric_key={metric}")
        return sorted((point["step"], point["value"]) for point in answer["metrics"])


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that runs already, by MLFLOW_TRACKING_URI, else one of the session's own."""
    if uri := os.environ.get("MLFLOW_TRACKING_URI"):
        yield Server(uri)
        return
    if not SERVER.exists():
        reason = "not installed: an MLflow server; make mlflow-server"
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(f"{reason} (REQUIRE_ALL=1)", pytrace=False)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("mlflow")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [SERVER, "server", "--backend-store-uri", f"sqlite:///{folder}/runs.db", "--port", str(port)]
    command += ["--artifacts-destination", folder, "--workers", "1"]
    quiet = os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env=quiet) as process,
    ):
        try:
            _wait(process, f"http://127.0.0.1:{port}/health", folder / "log")
            yield Server(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()


def _wait(process: subprocess.Popen, url: str, log: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise AssertionError(log.read_text())
