"""The site: built with every warning an error, whole without a network, its pages open as files."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.requires("mkdocs", "material"), pytest.mark.long]


class Page(HTMLParser):
    """What a page is made of and where it leads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.ids |= {found[name] for name in ("id", "name") if found.get(name)}
        if found.get("src"):
            self.fetched.append(found["src"])
        if found.get("href"):
            (self.links if tag == "a" else self.fetched).append(found["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder]
    built = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    )
    assert built.returncode == 0, built.stderr
    assert "WARNING" not in built.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site):
    return {path: Page(path) for path in site.rglob("*.html")}


def test_every_page_of_docs_is_on_the_site_and_in_its_menu(site, pages):
    menu = set(pages[site / "index.html"].links)
    names = {path.stem for path in (ROOT / "docs").glob("*.md")} | {"notebook"}
    assert {f"{name}.html" for name in names} <= {urlsplit(link).path for link in menu}
    assert all((site / f"{name}.html").exists() for name in names)


def test_nothing_is_fetched_from_elsewhere(pages):
    for page in pages.values():
        assert [url for url in page.fetched if re.match(r"(https?:)?//", url)] == []


def test_every_link_and_picture_is_there(site, pages):
    for path, page in pages.items():
        if path.name == "404.html":
            continue  # its links start from the root of whatever serves it
        for url in (*page.links, *page.fetched):
            target = urlsplit(url)
            if target.scheme:
                continue
            file = (path.parent / unquote(target.path)).resolve() if target.path else path
            assert file.exists(), (path.name, url)
            if target.fragment and file in pages:
                assert unquote(target.fragment) in pages[file].ids, (path.name, url)


def test_tables_lists_and_code_came_out_as_such(site):
    for name, wanted in {
        "catalogue.html": ("<table>", 'id="relu"'),
        "configuration.html": ("<table>", 'id="verdict"'),
        "notebook.html": ("data:image/png;base64,", "softmax over one unit is constant", "<table"),
        "index.html": ("<table>", "Two commands"),
    }.items():
        text = (site / name).read_text(encoding="utf-8")
        assert all(part in text for part in wanted), name
        body = re.sub(r"<(pre|code|script|style).*?</\1>", "", text, flags=re.DOTALL)
        assert "| ---" not in body
        assert r"\|" not in text
        assert not re.search(r"^- |<p>- ", body, re.MULTILINE), name
