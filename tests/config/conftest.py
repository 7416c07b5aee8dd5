"""Configs from text: what they load to, and what is said against them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from actloss_cli.config.config import RunConfig
from actloss_cli.config.load import load_config
from actloss_cli.errors import UserError
from tests.datasets.web import cache_folder, offline, web

__all__ = ["cache_folder", "offline", "web"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, the current one, so that messages name files shortly."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def load_text(folder: Path) -> Callable[..., RunConfig]:
    """Loads a config's text under settings."""

    def load(text: str | bytes, *overrides: str) -> RunConfig:
        (folder / "x.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_config("x.yaml", overrides)

    return load


@pytest.fixture
def problems_of(load_text: Callable[..., RunConfig]) -> Callable[..., list[str]]:
    """All problems of a config's text under settings, as a user reads them."""

    def problems(text: str | bytes, *overrides: str) -> list[str]:
        with pytest.raises(UserError) as caught:
            load_text(text, *overrides)
        assert caught.value.code == 2
        return [str(problem) for problem in caught.value.problems]

    return problems


@pytest.fixture
def problems_beside_a_task(problems_of: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """The problems of a text that begins on line 4, after a name and a task that are right."""
    return lambda text: problems_of(f"name: x\ntasks:\n  - {{kind: binary, dataset: moons}}\n{text}\n")
