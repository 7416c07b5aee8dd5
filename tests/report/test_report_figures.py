"""The figures: files of the promised size, literal text, labels that never touch at 1 to 40 functions on an axis."""

import itertools
import warnings
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from actloss_cli.analysis.cross_tables import output_by_loss
from actloss_cli.analysis.pairings import analyse
from actloss_cli.analysis.verdicts import MISMATCHED, VerdictName
from actloss_cli.report.built import Built
from actloss_cli.report.canvas import GREY, cased, contrast, drawable, house_style, save_figure, text_width_in
from actloss_cli.report.cell_grid import Cell, CellGrid, cell_grid
from actloss_cli.report.curve_data import final_curves
from actloss_cli.report.curves import draw_curves, typical_mismatched
from actloss_cli.report.figure_parts import figure_parts
from actloss_cli.report.figures import _curves_title
from actloss_cli.report.findings import title_of
from actloss_cli.report.heatmap import draw_heatmap
from actloss_cli.report.lr_sweeps import draw_lr_sweeps, lr_sweeps
from actloss_cli.report.ranking import pairing_label
from actloss_cli.report.run_report import RunReport
from actloss_cli.report.verdict_style import STYLES, VERDICTS, style_of

from .synthetic import SyntheticTask, make_run

NAMES = ("relu", "sparse_categorical_cross_entropy", "sgd(momentum=0.9, nesterov=true)", "$x$", "漢字", "x" * 60)
HOSTILE = ("<script>alert(1)</script>", "</script>", '"><img onerror=alert(1)>', "\x1b[31mred", "[/red]", "-->", "=1+1")
DRAWING = {
    "svg",
    "metadata",
    "RDF",
    "Work",
    "type",
    "format",
    "creator",
    "Agent",
    "title",
    "defs",
    "style",
    "g",
    "path",
}
DRAWING |= {"use", "clipPath", "rect"}


@pytest.fixture(scope="module")
def moons(analysis):
    return analysis.pairings[analysis.pairings["task"] == "moons"]


def _grid(n_rows: int, n_columns: int) -> CellGrid:
    rows = tuple(f"{NAMES[i % len(NAMES)]}{i}" for i in range(n_rows))
    columns = tuple(f"{NAMES[j % len(NAMES)]}{j}" for j in range(n_columns))
    kinds = [Cell(0.5, 10, 0, verdict) for verdict in VERDICTS[2:]] + [Cell(0.9, 28, n, "works") for n in (1, 12, 28)]
    kinds.append(Cell(float("nan"), 0, 0, "invalid"))
    cells = dict(zip(itertools.product(rows, columns), itertools.cycle(kinds), strict=False))
    return CellGrid("output", "loss", rows, columns, cells)


def _boxes(figure):
    renderer = figure.canvas.get_renderer()
    beyond = {label for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) for label in _undrawn(axis)}
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return {text: text.get_window_extent(renderer) for text in texts if text not in beyond}


def _undrawn(axis) -> list[Text]:
    """Labels of ticks outside the view: matplotlib keeps them and draws none."""
    low, high = sorted(axis.get_view_interval())
    return [tick.label1 for tick in axis.get_major_ticks() if not low <= tick.get_loc() <= high]


def _overlaps(figure) -> list[tuple[str, str]]:
    """Pairs of texts whose boxes share more than a pixel on both axes."""
    found = []
    for (a, box_a), (b, box_b) in itertools.combinations(_boxes(figure).items(), 2):
        width = min(box_a.x1, box_b.x1) - max(box_a.x0, box_b.x0)
        height = min(box_a.y1, box_b.y1) - max(box_a.y0, box_b.y0)
        if width > 1 and height > 1:
            found.append((a.get_text(), b.get_text()))
    return found


def _outside(figure) -> list[str]:
    page = figure.bbox
    boxes = _boxes(figure).items()
    return [
        text.get_text()
        for text, box in boxes
        if box.x0 < -1 or box.y0 < -1 or box.x1 > page.x1 + 1 or box.y1 > page.y1 + 1
    ]


def _drawn(make):
    with house_style():
        figure = make()
        FigureCanvasAgg(figure).draw()
    return figure


@pytest.mark.parametrize(("n_rows", "n_columns"), [(2, 2), (1, 1), (5, 8), (3, 13), (40, 2), (2, 40), (14, 20)])
def test_no_text_of_a_heatmap_touches_another_or_leaves_the_page(n_rows, n_columns):
    title = "a task with a long name: 118 of 210 pairings work; sparse_categorical_cross_entropy never works under tanh"
    figure = _drawn(lambda: draw_heatmap(_grid(n_rows, n_columns), title, "balanced accuracy"))
    assert _overlaps(figure) == []
    assert _outside(figure) == []


@pytest.mark.parametrize("n_columns", [2, 12, 13])
def test_text_of_a_cell_stays_inside_it(n_columns):
    figure = _drawn(lambda: draw_heatmap(_grid(3, n_columns), "title", "R²"))
    (axes,) = figure.axes
    cell = abs(np.subtract(*axes.transData.transform([(0, 0), (1, 1)])))
    for text in axes.texts:
        box = text.get_window_extent(figure.canvas.get_renderer())
        assert box.width < cell[0]
        assert box.height < cell[1]


def test_a_cell_shows_score_and_counts_or_the_verdict_in_words():
    cells = {("a", "x"): Cell(0.9514, 28, 12, "works"), ("a", "y"): Cell(0.512, 28, 0, "fails")}
    cells |= {("b", "x"): Cell(float("nan"), 0, 0, "invalid")}
    figure = _drawn(lambda: draw_heatmap(CellGrid("output", "loss", ("a", "b"), ("x", "y"), cells), "t", "R²"))
    assert [text.get_text() for text in figure.axes[0].texts] == ["0.951\n12/28", "0.512\nfails", "invalid", "-"]


def test_text_in_a_cell_has_a_contrast_of_at_least_4_5_to_1():
    figure = _drawn(lambda: draw_heatmap(_grid(4, 4), "t", "R²"))
    inks = {text.get_position(): to_rgb(text.get_color()) for text in figure.axes[0].texts}
    for patch in figure.axes[0].patches:
        place = (round(patch.get_x() + 0.48), round(patch.get_y() + 0.47))
        darker, lighter = sorted((_luminance(patch.get_facecolor()[:3]), _luminance(inks[place])))
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def _luminance(colour) -> float:
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def test_curves_are_the_medians_of_final_trials_in_the_colours_of_their_verdicts(run, analysis, moons):
    figure = _drawn(lambda: draw_curves(run, moons, analysis.references["moons"], "t"))
    best, _, typical, labels = figure.axes
    top = moons.nlargest(1, "validation_score")
    chosen = (run.trials["pairing_id"] == top.index[0]) & (run.trials["phase"] == "final")
    np.testing.assert_allclose(best.lines[0].get_ydata(), np.median(run.validation_score[chosen], axis=0), rtol=1e-6)
    assert list(best.lines[0].get_xdata()) == [10 * epoch for epoch in range(1, 13)]
    shown = moons.loc[typical_mismatched(moons).index]
    told = [text.get_text().replace("\n", " ") for text in labels.get_legend().get_texts()]
    for line, label, verdict, cause in zip(typical.lines, told, shown["verdict"], shown["cause_name"], strict=False):
        assert line.get_color() == style_of(verdict).colour
        assert f" {verdict}, test 0." in label
        assert label.endswith(cause)
    assert len(told) == len(shown)
    assert typical.get_xlabel() == "training steps (minibatches)"
    assert best.get_ylabel() == "validation\nbalanced accuracy"


def test_bands_are_the_quartiles_of_the_final_trials(run, analysis, moons):
    figure = _drawn(lambda: draw_curves(run, moons, analysis.references["moons"], "t"))
    (top,) = moons.nlargest(1, "validation_score").index
    finals = (run.trials["pairing_id"] == top) & (run.trials["phase"] == "final")
    quartiles = np.percentile(run.validation_score[finals], [25, 75], axis=0)
    corners = figure.axes[0].collections[0].get_paths()[0].vertices
    for epoch in range(12):
        ys = corners[corners[:, 0] == 10 * (epoch + 1), 1]
        assert [ys.min(), ys.max()] == pytest.approx(list(quartiles[:, epoch]), rel=1e-6)


def test_of_each_output_and_loss_and_of_each_cause_one_pairing_is_drawn(run, analysis, moons):
    figure = _drawn(lambda: draw_curves(run, moons, analysis.references["moons"], "t"))
    labels = [text.get_text().split("\n")[0] for text in figure.axes[1].get_legend().get_texts()]
    assert len({tuple(label.split("/")[1:3]) for label in labels}) == 3
    shown = typical_mismatched(moons)
    assert shown["cause_name"].is_unique
    commonest = moons.loc[moons["verdict"].isin(MISMATCHED - {"invalid"}), "cause_name"].value_counts()
    assert shown["cause_name"].iloc[0] == commonest.index[0]
    of_first = moons[(moons["cause_name"] == commonest.index[0]) & (moons["verdict"] != "invalid")]
    n_better = int((of_first["score"] > shown["score"].iloc[0]).sum())
    assert n_better <= len(of_first) / 2


def test_the_best_is_chosen_on_validation_and_told_by_its_test_score(run, moons):
    lucky, chosen = moons.index[moons["verdict"] == "works"][:2]
    told = moons.copy()
    told.loc[lucky, "score"] = 0.999
    told.loc[chosen, ["validation_score", "score"]] = 0.99, 0.777
    assert _curves_title("moons", told).startswith(
        f"moons: {pairing_label(moons.loc[chosen])}, best on validation, scores 0.777; commonest mismatch: "
    )
    figure = _drawn(lambda: draw_curves(run, told, None, "t"))
    assert figure.axes[0].get_title(loc="left") == "best on validation, an output and loss each"
    (first, *_) = figure.axes[1].get_legend().get_texts()
    assert "test 0.777" in first.get_text()


def test_a_light_line_has_edges_that_are_seen_on_white_and_a_dark_one_has_none():
    white = (1.0, 1.0, 1.0)
    for style in STYLES:
        (edge, _) = cased(style.colour, 1.0)
        wider = edge._gc["linewidth"] > 1.0
        assert wider == (contrast(to_rgb(style.colour), white) < 3)
    assert contrast(to_rgb(GREY), white) > 3


def test_a_seed_that_turned_non_finite_counts_as_the_floor_from_then_on(run, moons):
    (lost,) = moons.index[moons["verdict"] == "diverges"]
    curves = final_curves(run, lost)
    assert (curves.median[4:] == 0.5).all()
    assert (curves.median[:4] > 0.5).all()
    assert (curves.n_seeds, curves.n_diverged) == (5, 5)


def _long(n: int) -> list[str]:
    return [f"{NAMES[i % len(NAMES)]}{i}" for i in range(n)]


def test_no_text_of_the_curves_touches_another(run, analysis, moons):
    long = moons.assign(**{role: _long(len(moons)) for role in ("activation", "output", "loss", "optimizer")})
    for pairings in (moons, long):
        figure = _drawn(
            lambda told=pairings: draw_curves(run, told, analysis.references["moons"], "moons: 1 of 2 work")
        )
        assert _overlaps(figure) == []
        assert _outside(figure) == []


@pytest.mark.parametrize("bold", [False, True])
def test_the_width_of_a_text_is_that_of_what_is_drawn(bold):
    with house_style():
        figure = Figure(dpi=200)
        text = figure.text(
            0, 0.5, "moons: 118 of 210 pairings work", fontsize=9, fontweight="bold" if bold else "normal"
        )
        drawn = text.get_window_extent(FigureCanvasAgg(figure).get_renderer()).width / 200
    assert text_width_in(text.get_text(), 9, bold=bold) == pytest.approx(drawn, rel=0.03)


def test_figures_of_few_functions_are_a_column_wide_and_their_type_is_readable_in_print(run, analysis, moons):
    figures = [
        draw_heatmap(cell_grid(output_by_loss(analysis, "moons")), "t", "R²"),
        draw_curves(run, moons, analysis.references["moons"], "t"),
        draw_lr_sweeps(lr_sweeps(run, moons, analysis.references["moons"]), "binary", "t"),
    ]
    for figure in map(lambda one: _drawn(lambda: one), figures):
        assert figure.get_figwidth() == 3.5
        assert min(text.get_fontsize() for text in _boxes(figure)) >= 6.5


def test_sweeps_hold_the_tune_trials_and_ring_the_chosen_rate(run, analysis, moons):
    reference = analysis.references["moons"]
    sweeps = lr_sweeps(run, moons, reference)
    figure = _drawn(lambda: draw_lr_sweeps(sweeps, "binary", "t"))
    assert [sweep.optimizer for sweep in sweeps] == ["sgd", "momentum", "adam"]
    for sweep, axes in zip(sweeps, figure.axes, strict=True):
        like = moons.loc[reference, ["activation", "output", "loss"]]
        same = (moons[like.index] == like).all(axis=1) & (moons["optimizer"] == sweep.optimizer)
        (pairing,) = moons.index[same]
        tune = run.trials[(run.trials["pairing_id"] == pairing) & (run.trials["phase"] == "tune")]
        means = tune.assign(score=tune["score"].fillna(0.5)).groupby("lr")["score"].mean()
        np.testing.assert_allclose(axes.lines[0].get_xdata(), means.index)
        np.testing.assert_allclose(axes.lines[0].get_ydata(), means)
        assert axes.lines[-1].get_xdata()[0] == moons.loc[pairing, "lr"]
        assert axes.get_xscale() == "log"


def test_a_rate_that_only_some_pairings_tried_is_shaded_as_an_extension(run, moons):
    (relu,) = moons.index[
        (moons[["activation", "output", "loss", "optimizer"]] == ["relu", "tanh", "hinge", "momentum"]).all(axis=1)
    ]
    sweep = next(sweep for sweep in lr_sweeps(run, moons, relu) if sweep.optimizer == "momentum")
    assert list(sweep.base) == [1e-3, 1e-2, 1e-1, 1.0]
    assert sorted(set(sweep.trials["lr"]) - set(sweep.base)) == [10.0]
    figure = _drawn(lambda: draw_lr_sweeps([sweep], "binary", "t"))
    (shade,) = figure.axes[0].patches
    assert 1 < shade.get_x() < 10


@pytest.mark.parametrize("n_optimizers", [1, 2, 5, 40])
def test_no_text_of_the_sweeps_touches_another(n_optimizers):
    optimizers = [f"optimizer_with_a_long_name(momentum=0.9{i})" for i in range(n_optimizers)]
    task = SyntheticTask("moons", activations=("silu",), outputs=("sigmoid",), losses=("bce",), optimizers=optimizers)
    run = make_run([task])
    analysis = analyse(run)
    sweeps = lr_sweeps(run, analysis.pairings, analysis.references["moons"])
    figure = _drawn(lambda: draw_lr_sweeps(sweeps, "binary", "moons: silu/sigmoid/bce works with all optimizers"))
    assert len(figure.axes) == n_optimizers
    assert _overlaps(figure) == []
    assert _outside(figure) == []


def _written(run, analysis, folder: Path) -> tuple[Path, ...]:
    folder.mkdir(exist_ok=True)
    parts = figure_parts(RunReport.of(run, analysis), folder)
    return Built(folder).make([*parts]).paths


def test_every_task_gets_its_figures_as_png_of_200_dpi_and_as_svg(tmp_path):
    run = make_run([SyntheticTask("moons")])
    written = _written(run, analyse(run), tmp_path / "figures")
    kinds = ("output-by-loss", "activation-by-optimizer", "curves", "learning-rates")
    names = ["variance-shares", *(f"moons-{kind}" for kind in kinds)]
    assert sorted(path.name for path in written) == sorted(f"{name}.{end}" for name in names for end in ("png", "svg"))
    for path in written:
        if path.suffix == ".png":
            with Image.open(path) as image:
                assert image.info["dpi"] == pytest.approx((200, 200), abs=0.1)
                assert image.width >= 700
        else:
            assert ET.parse(path).getroot().tag.endswith("svg")


def test_the_same_run_gives_the_same_figures_bit_for_bit(tmp_path):
    run = make_run([SyntheticTask("moons", activations=("relu",), losses=("bce",))])
    first, second = (_written(run, analyse(run), tmp_path / name) for name in ("a", "b"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_hostile_labels_are_drawn_literally_and_named_safely(hostile_run, hostile, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        written = _written(hostile_run, hostile, tmp_path)
    assert {path.parent for path in written} == {tmp_path}
    assert all(path.name.startswith(("cmd_red_31m-", "variance-shares.")) for path in written)
    for path in written:
        if path.suffix == ".svg":
            ET.parse(path)
            assert "<script" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("label", HOSTILE)
def test_a_hostile_label_is_drawn_as_it_is_written(label, tmp_path):
    shown = label.replace("\x1b", r"\x1b")
    cells = {(label, label): Cell(0.5, 10, 0, "fails")}
    with house_style():
        figure = draw_heatmap(CellGrid("output", "loss", (label,), (label,), cells), label, "R²")
        _, svg = save_figure(figure, tmp_path / "hostile")
    assert figure.get_suptitle() == shown
    texts = {text.get_text().replace("\n", "") for text in figure.axes[0].get_xticklabels()}
    assert {text.replace(" ", "") for text in texts} == {shown.replace(" ", "")}  # lines break at blanks
    root = ET.parse(svg).getroot()
    assert {element.tag.split("}")[1] for element in root.iter()} <= DRAWING


def test_dollars_stay_dollars():
    figure = _drawn(lambda: draw_heatmap(_grid(4, 4), "cost of $x$ and $y_2$", "R²"))
    assert not any(text.get_parse_math() for text in figure.findobj(Text))
    assert figure.get_suptitle() == "cost of $x$ and $y_2$"


def test_characters_that_the_font_lacks_are_written_out():
    assert drawable("漢 R² \x1b[1m") == "\\u6f22 R² \\x1b[1m"


def test_the_title_says_how_many_work_and_what_never_does(analysis):
    moons = analysis.pairings[analysis.pairings["task"] == "moons"]
    n_working = int(moons["works"].sum())
    assert title_of("moons", moons, ("activation", "optimizer")) == (
        f"moons: {n_working} of 192 pairings work; sigmoid never works with sgd"
    )
    nothing = analysis.pairings[analysis.pairings["task"] == "imbalanced"]
    expected = "imbalanced: no signal, no pairing beats the trivial predictor clearly"
    assert title_of("imbalanced", nothing, ("output", "loss")) == expected


def test_every_verdict_has_a_style_that_differs_in_symbol_and_colour():
    assert sorted(VERDICTS) == sorted(VerdictName)
    assert len({style.symbol for style in STYLES}) == len(STYLES)
    assert len({style.plain_symbol for style in STYLES}) == len(STYLES)
    assert len({style.colour for style in STYLES}) == len(STYLES)
    assert all(style.plain_symbol.isascii() and len(style.plain_symbol) == 1 for style in STYLES)
