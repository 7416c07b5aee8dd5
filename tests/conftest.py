"""For every test: a missing optional part skips it, and fails it under REQUIRE_ALL=1; a finished run to share."""

import gc
import importlib.util
import os
from pathlib import Path

import pytest
from hypothesis import settings

# Several test processes with several threads each would spend their time waiting for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from tests.tiny_grid import actloss, write_tiny

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begins with what takes longest, so that no process is left with it while the others are done."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """What was collected and imported stays to the end: no search for garbage looks through it again."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Acts on `@pytest.mark.requires("ray")`; a test may name several modules."""
    wanted = [module for mark in item.iter_markers("requires") for module in mark.args]
    missing = [module for module in wanted if importlib.util.find_spec(module) is None]
    if not missing:
        return
    reason = f"not installed: {', '.join(missing)}"
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(f"{reason} (REQUIRE_ALL=1)", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run's folder, not to be written to."""
    folder = tmp_path_factory.mktemp("runs")
    answer = actloss("run", write_tiny(folder), "--results", "results", cwd=folder)
    assert answer.returncode == 0, answer.stderr
    return folder / "results" / "tiny"
