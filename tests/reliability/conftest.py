"""An undisturbed run to hold the others against."""

from pathlib import Path

import pytest

from studies.sessions import write_grid
from tests.tiny_grid import actloss


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The grid's folder of results, not to be written to."""
    folder = tmp_path_factory.mktemp("undisturbed")
    answer = actloss("run", write_grid(folder), "--results", "r", cwd=folder)
    assert answer.returncode == 0, answer.stderr
    return folder / "r" / "grid"
