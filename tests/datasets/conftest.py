"""The datasets that tests run over, and the web that they fetch from."""

import pytest

from actloss_cli.datasets import CARDS
from tests.datasets.web import cache_folder, offline, web

__all__ = ["cache_folder", "offline", "web"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes a `card` runs for each dataset that needs no connection, where its modules are installed."""
    if "card" in metafunc.fixturenames:
        cards = [
            pytest.param(card, id=card.name, marks=[pytest.mark.requires(module) for module in card.needs])
            for card in CARDS
            if card.kind_of_source != "fetched"
        ]
        # One dataset at a time through all tests: loading some takes seconds, and few are kept.
        metafunc.parametrize("card", cards, scope="session")
