"""docs/catalogue.md and its plots: what the declarations say now, every function once, shown as it was meant."""

import html
import re
import runpy
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from actloss_cli.catalogue import ACTIVATIONS, LOSSES, OPTIMIZERS
from actloss_cli.catalogue.losses import NOT_HERE
from actloss_cli.catalogue.spec import CLIPS, SCHEDULES
from actloss_cli.config.document import Origin
from actloss_cli.config.entries import read_entry
from actloss_cli.config.yaml_reader import read_yaml
from actloss_cli.report.function_plot import draw_function
from actloss_cli.report.markdown import code, plain, table
from actloss_cli.report.setting_text import as_yaml, written

DOCS = Path(__file__).parents[1] / "docs"
DRAWN = (*ACTIVATIONS, *LOSSES)
ENTRIES = [
    *(("activation" if spec.hidden else "output", spec) for spec in ACTIVATIONS),
    *(("loss", spec) for spec in LOSSES),
    *(("optimizer", spec) for spec in OPTIMIZERS),
]
WRITE = runpy.run_path(str(DOCS / "make_catalogue.py"))["write_catalogue"]


def to_html(markdown):
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)


def text_of(fragment):
    """What a reader sees of it."""
    return html.unescape(re.sub(r"<[^>]*>", "", fragment.replace("<br>", "\n")))


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """A folder in which the plot of a function that is no more was left."""
    folder = tmp_path_factory.mktemp("docs")
    (folder / "catalogue").mkdir()
    (folder / "catalogue" / "gone.svg").write_text("<svg/>", encoding="utf-8")
    WRITE(folder)
    return folder


@pytest.fixture(scope="module")
def rendered(generated):
    return to_html((generated / "catalogue.md").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows(rendered):
    """Of every table with a function in each row: name to cells."""
    bodies = re.findall(r"<tr>(.*?)</tr>", rendered, flags=re.DOTALL)
    cells = [re.findall(r"<td>(.*?)</td>", body, flags=re.DOTALL) for body in bodies]
    named = [(re.search(r'<a id="(\w+)">', "".join(row)), row) for row in cells]
    found = [(name[1], row) for name, row in named if name]
    assert len(found) == len(dict(found))
    return dict(found)


def test_the_page_is_what_the_declarations_say_now(generated):
    now = (generated / "catalogue.md").read_text(encoding="utf-8")
    assert (DOCS / "catalogue.md").read_text(encoding="utf-8") == now, "docs/catalogue.md is stale: run make docs"


def test_every_activation_and_loss_has_its_plot_and_no_plot_is_left_over(generated):
    names = sorted(f"{spec.name}.svg" for spec in DRAWN)
    assert sorted(path.name for path in (generated / "catalogue").iterdir()) == names
    assert sorted(path.name for path in (DOCS / "catalogue").iterdir()) == names, "docs are stale: run make docs"


def test_the_plots_are_what_the_functions_give_now(generated):
    stale = [
        spec.name
        for spec in DRAWN
        if (DOCS / "catalogue" / f"{spec.name}.svg").read_bytes()
        != (generated / "catalogue" / f"{spec.name}.svg").read_bytes()
    ]
    assert stale == [], "plots in docs/catalogue are stale: run make docs"


def test_a_plot_is_the_same_on_every_call_dateless_and_small(generated):
    plots = {spec.name: (generated / "catalogue" / f"{spec.name}.svg") for spec in DRAWN}
    assert draw_function(ACTIVATIONS[-1]) == plots[ACTIVATIONS[-1].name].read_text(encoding="utf-8")
    assert all("<dc:date>" not in path.read_text(encoding="utf-8") for path in plots.values())
    assert max(path.stat().st_size for path in plots.values()) < 12_000


def test_every_function_has_its_row_with_formula_source_and_other_names(rows):
    assert sorted(rows) == sorted(spec.name for _, spec in ENTRIES)
    for _, spec in ENTRIES:
        cells = rows[spec.name]
        assert len(cells) == 3
        assert all(cells), spec.name
        shown = "\n".join(map(text_of, cells))
        # HTML runs several blanks together
        assert spec.formula.replace("  ", " ") in shown.replace("  ", " ")
        assert spec.source in shown
        assert all(alias in shown for alias in spec.aliases)
        assert all(setting in shown for setting in spec.hyper)


def test_every_class_of_torch_is_shown_as_code(rows):
    for row in rows.values():
        assert re.findall(r"(?<!<code>)torch\.(?:nn|optim)\.\w+", "".join(row)) in ([], ["torch.optim.AdamW"])


def test_every_link_of_the_page_leads_somewhere(rendered, generated):
    headings = re.findall(r"<h[1-3]>(.*?)</h[1-3]>", rendered)
    places = {heading.lower().replace(" ", "-") for heading in headings} | set(re.findall(r'id="(\w+)"', rendered))
    assert set(re.findall(r'href="#([^"]+)"', rendered)) <= places
    assert {generated / source for source in re.findall(r'src="([^"]+)"', rendered)} == set(
        (generated / "catalogue").iterdir()
    )
    outside = re.findall(r'href="([^#"][^"]*)"', rendered)
    assert outside
    assert all((DOCS / target).exists() for target in outside)


@pytest.mark.parametrize(("role", "spec"), ENTRIES, ids=lambda value: getattr(value, "name", value))
def test_the_line_for_a_config_is_read_as_the_defaults(rows, role, spec):
    line, flaws = as_yaml(spec), []
    value = read_yaml(line, Origin("line", Path())).value
    (choice,) = read_entry(role, value, (), flaws)
    assert (choice.name, choice.overrides, flaws) == (spec.name, (), [])
    assert value == {"name": spec.name, **{k: list(v) if isinstance(v, tuple) else v for k, v in spec.hyper.items()}}
    assert (line in "\n".join(map(text_of, rows[spec.name]))) == bool(spec.hyper)


def test_schedules_clipping_and_the_losses_that_are_not_here_are_told(rendered):
    codes = re.findall(r"<code>(.*?)</code>", rendered)
    assert {*SCHEDULES, *CLIPS, *(f"torch.nn.{name}" for name in NOT_HERE)} <= set(codes)


def test_the_facts_of_some_functions_are_those_of_the_literature(rows):
    """Gains of torch.nn.init.calculate_gain; Keras's and PyTorch's defaults."""
    assert "init gain 1.667 by convention" in text_of(rows["tanh"][2])
    assert "init gain 1.414\nno derivative at 0 (taken as 0.01)" in text_of(rows["leaky_relu"][2])
    assert "domain [0, 1]" in text_of(rows["bce"][2])
    assert "approximate = none, or tanh" in text_of(rows["gelu"][2])
    assert "betas = [0.9, 0.999], each in [0, 1)" in text_of(rows["adam"][1])
    assert "trains by the plain loop" in text_of(rows["lbfgs"][2])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1e-8, "1e-8"),
        (1e6, "1e6"),
        (1 / 3, "0.3333333333333333"),
        (1.0, "1"),
        (True, "true"),
        ((1e-6, 50.0), "[1e-6, 50]"),
    ],
)
def test_a_value_is_written_short_and_with_all_its_digits(value, expected):
    assert written(value) == expected


def test_pipes_stars_and_underscores_come_out_of_a_table_as_they_went_in():
    texts = ["|x| * y_a * z_b", "<b> a*b*c [d](e) `f` _g_ |h|"]
    shown = to_html(table(("a", "b"), [[code(texts[0]), plain(text)] for text in texts]))
    cells = [text_of(cell) for cell in re.findall(r"<td>(.*?)</td>", shown)]
    assert cells == [texts[0], texts[0], texts[0], texts[1]]
