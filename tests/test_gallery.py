"""docs/gallery.md: made from any finished run; its numbers are the run's, its pictures and links are there."""

import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from typer.testing import CliRunner

from actloss_cli.analysis.pairings import analyse
from actloss_cli.cli.app import app
from actloss_cli.report.frame_rows import of_task
from actloss_cli.store.reader import read_run
from studies.gallery import write_gallery
from studies.gallery_findings import findings
from studies.gallery_section import Told
from tests.report.synthetic import SyntheticTask, make_run

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def tiny(tiny_run):
    run = read_run(tiny_run)
    return run, analyse(run)


@pytest.fixture(scope="module")
def made(tiny, tmp_path_factory):
    """A folder in which a picture of an earlier run was left."""
    folder = tmp_path_factory.mktemp("docs")
    (folder / "gallery").mkdir()
    (folder / "gallery" / "gone.png").write_bytes(b"")
    write_gallery(*tiny, folder)
    return folder


def _pictures(page: str) -> dict[str, str]:
    return dict(re.findall(r'<img src="([^"]+)"[^>]*? alt="([^"]*)"', page))


def _check(page: Path, root: Path) -> None:
    text = page.read_text(encoding="utf-8")
    pictures = _pictures(text)
    assert {page.parent / source for source in pictures} == set((page.parent / "gallery").iterdir())
    assert all(pictures.values())
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", text)
    assert links
    assert [link for link in links if not (root / link).exists()] == []


def test_the_page_of_any_run_shows_all_its_pictures_in_words_too_and_leaves_none_over(made):
    _check(made / "gallery.md", DOCS)


def test_the_page_of_the_main_grid_shows_all_its_pictures_and_they_are_small():
    _check(DOCS / "gallery.md", DOCS)
    assert sum(path.stat().st_size for path in (DOCS / "gallery").iterdir()) < 2_000_000


def test_the_pictures_of_the_readme_are_there():
    pictures = _pictures((ROOT / "README.md").read_text(encoding="utf-8"))
    assert pictures
    assert all(alt and (ROOT / source).exists() for source, alt in pictures.items())


def test_numbers_of_the_page_are_those_of_the_run(made, tiny):
    run, analysis = tiny
    page = (made / "gallery.md").read_text(encoding="utf-8")
    assert f"{len(run.pairings)} pairings" in page
    assert f"{len(run.trials)} trainings" in page
    for task, reference in analysis.references.items():
        pairings = of_task(analysis.pairings, task)
        assert (
            f"| {task} | {int(pairings['works'].sum())} of {len(pairings)} | `{reference.split('/', 1)[1]}`, " in page
        )


def test_a_run_without_what_a_finding_tells_of_has_no_such_chapter(made):
    headings = re.findall("^## (.*)$", (made / "gallery.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert headings == [
        "How to read a figure",
        "What works where",
        "Where theory and measurement disagree",
        "What the optimizer changes",
    ]


def test_every_command_of_the_page_runs_on_that_run(made, tiny_run):
    commands = re.findall(r"^\$ actloss (.*)$", (made / "gallery.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert commands
    for command in commands:
        arguments = [str(tiny_run) if word == "results/tiny" else word for word in shlex.split(command)]
        keep = ["--no-files"] if arguments[0] == "report" else []
        answer = CliRunner().invoke(app, [*arguments, *keep])
        assert answer.exit_code == 0, command


@pytest.fixture(scope="module")
def twice():
    """Softmax under cross_entropy: as good by score, at three times the log loss, as written into the analysis."""
    losses = {"losses": ("cross_entropy", "mse"), "outputs": ("identity", "softmax")}
    run = make_run([SyntheticTask("digits", "multiclass", "digits", 0.97, **losses)])
    analysis = analyse(run)
    pairings = analysis.pairings
    log_loss = pairings["output"].map({"softmax": 0.9, "identity": 0.3})
    ahead = pairings["score"].where(pairings["loss"] == "mse", pairings["score"] - 0.01)
    return run, replace(analysis, pairings=pairings.assign(log_loss=log_loss, score=ahead))


def test_findings_are_told_with_the_numbers_of_the_run(twice):
    told = Told(*twice)
    sections = {section.heading: "\n".join(section.paragraphs) for section in findings(told)}
    assert list(sections) == [
        "Softmax twice: a mistake that accuracy hides",
        "Squared error keeps up with cross-entropy",
    ]
    softmax, squared = sections.values()
    assert " | 0.300 → 0.900 | " in softmax
    n = len(told.pairings) // 4
    assert re.search(rf"squared error scores higher in \d+ of {n} cases, by \+0\.01", squared)


def test_a_finding_that_the_numbers_do_not_bear_out_is_not_told(twice):
    run, analysis = twice
    level = analysis.pairings.assign(log_loss=0.3)
    level["score"] = level["score"] - 0.1 * (level["loss"] == "mse")
    assert list(findings(Told(run, replace(analysis, pairings=level)))) == []


def test_labels_that_are_markup_are_shown_as_text(hostile_page):
    shown = MarkdownIt("commonmark", {"html": True}).enable("table").render(hostile_page)
    assert set(re.findall(r"<(\w+)", shown)) <= {
        *("h1", "h2", "p", "pre", "code", "table", "thead", "tbody", "tr", "th", "td", "img", "ul", "li", "a", "em")
    }


@pytest.fixture
def hostile_page(tmp_path):
    run = make_run([SyntheticTask('"><img onerror=alert(1)>', activations=("relu", "<script>alert(1)</script>"))])
    write_gallery(run, analyse(run), tmp_path)
    return (tmp_path / "gallery.md").read_text(encoding="utf-8")
