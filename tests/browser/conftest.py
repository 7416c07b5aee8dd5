"""A real browser without a network, and pages for it; skipped where there is none, failed there under REQUIRE_ALL=1."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from actloss_cli.analysis.pairings import Analysis, analyse
from actloss_cli.analysis.variance_shares import variance_shares
from actloss_cli.report.page.page import page_html
from actloss_cli.store.data import RunData
from tests.report.synthetic import SyntheticTask, make_run

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
EVIL = ("<script>alert(1)</script>", "</script>", '"><img src=x onerror=alert(1)>', "\x1b[31mred", "[/red]")


@dataclass
class Opened:
    """A page in the browser, with all that it said and asked for."""

    page: object
    complains_of: str
    """What each complaint must hold, and one must be; "" where there may be none."""
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


class Browsers:
    """One browser for all tests, and another where the system has ended it."""

    def __init__(self, playwright: object, path: str) -> None:
        self._playwright, self._path = playwright, path
        self._browser = self._launch()

    def new_context(self, **options):
        try:
            return self._browser.new_context(**options)
        except Exception:  # whatever it says of being gone
            self._browser = self._launch()
            return self._browser.new_context(**options)

    def close(self) -> None:
        self._browser.close()

    def _launch(self):
        # CI runs as root, and may have little shared memory
        options = ["--no-sandbox", "--disable-dev-shm-usage"]
        return self._playwright.chromium.launch(executable_path=self._path, args=options)


@pytest.fixture(scope="session")
def browsers() -> Iterator[Browsers]:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        reason = f"not installed: a browser, one of {', '.join(BROWSERS)}"
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(f"{reason} (REQUIRE_ALL=1)", pytrace=False)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browsers = Browsers(playwright, path)
        yield browsers
        browsers.close()


@pytest.fixture(scope="session")
def browsed() -> tuple[RunData, Analysis]:
    """Two kinds of task, one with names that are markup, control sequences and what ends an element."""
    evil = SyntheticTask(
        EVIL[0],
        dataset=EVIL[2],
        activations=("relu", EVIL[1]),
        outputs=("sigmoid", EVIL[2]),
        losses=("bce", "hinge"),
        optimizers=("adam", EVIL[3], EVIL[4]),
    )
    usual = SyntheticTask("moons", losses=("bce", "hinge"), n_final=3)
    run = replace(make_run([usual, evil]), name=EVIL[1])
    return run, analyse(run)


@pytest.fixture(scope="session")
def page_file(browsed, tmp_path_factory) -> Path:
    run, analysis = browsed
    path = tmp_path_factory.mktemp("page") / "index.html"
    path.write_text(page_html(run, analysis, variance_shares(run, analysis)), encoding="utf-8")
    return path


@pytest.fixture
def open_page(browsers, page_file) -> Iterator:
    """Opens the page, or another file, in a fresh context; fails at the end if it complained or asked for anything."""
    opened: list[Opened] = []

    def open_one(fragment: str = "", path: Path = page_file, complains_of: str = "", **options):
        context = browsers.new_context(**({"viewport": {"width": 1280, "height": 900}} | options), offline=True)
        context.set_default_timeout(10_000)
        one = Opened(context.new_page(), complains_of)
        one.page.on("console", lambda message: one.complaints.append(message.text))
        one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
        one.page.on("dialog", lambda dialog: (one.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        one.page.on("request", lambda request: one.requests.append(request.url))
        one.page.goto(path.as_uri() + fragment)
        opened.append(one)
        return one.page

    yield open_one
    for one in opened:
        one.page.context.close()
        assert bool(one.complaints) == bool(one.complains_of), one.complaints
        assert all(one.complains_of in complaint for complaint in one.complaints)
        assert all(url.startswith("file:") for url in one.requests)
