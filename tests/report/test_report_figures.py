"""The figures: files of the promised size, literal text, labels that never touch at 1 to 40 functions on an axis."""

import itertools
import warnings
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from PIL import Image

from actloss_cli.analysis.pairings import analyse
from actloss_cli.analysis.verdicts import VerdictName
from actloss_cli.report.built import Built, task_digests
from actloss_cli.report.canvas import drawable, house_style
from actloss_cli.report.cell_grid import Cell, CellGrid
from actloss_cli.report.curve_data import final_curves
from actloss_cli.report.curves import draw_curves
from actloss_cli.report.figures import _curves_title, write_figures
from actloss_cli.report.findings import title_of
from actloss_cli.report.heatmap import draw_heatmap
from actloss_cli.report.lr_sweeps import draw_lr_sweeps, lr_sweeps
from actloss_cli.report.verdict_style import STYLES, VERDICTS

from .synthetic import SyntheticTask, make_run

NAMES = ("relu", "sparse_categorical_cross_entropy", "sgd(momentum=0.9, nesterov=true)", "$x$", "漢字", "x" * 60)


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


def test_the_best_and_the_worst_curves_are_the_medians_of_their_final_trials(run, analysis, moons):
    figure = _drawn(lambda: draw_curves(run, moons, analysis.references["moons"], "t"))
    best, worst = figure.axes
    top = moons.nlargest(1, "validation_score")
    chosen = (run.trials["pairing_id"] == top.index[0]) & (run.trials["phase"] == "final")
    np.testing.assert_allclose(best.lines[0].get_ydata(), np.median(run.validation_score[chosen], axis=0), rtol=1e-6)
    assert list(best.lines[0].get_xdata()) == [10 * epoch for epoch in range(1, 13)]
    assert "diverges, test 0.500, 5 of 5 seeds non-finite" in worst.get_legend().get_texts()[-1].get_text()
    assert worst.get_xlabel() == "training steps (minibatches)"
    assert best.get_ylabel() == "validation balanced accuracy"


def test_the_best_is_chosen_on_validation_and_told_by_its_test_score(run, moons):
    lucky, chosen = moons.index[moons["verdict"] == "works"][:2]
    told = moons.copy()
    told.loc[lucky, "score"] = 0.999
    told.loc[chosen, ["validation_score", "score"]] = 0.99, 0.777
    assert _curves_title("moons", told).startswith("moons: the pairing best on validation scores 0.777 on the test set")
    figure = _drawn(lambda: draw_curves(run, told, None, "t"))
    assert figure.axes[0].get_title(loc="left") == "best on validation"
    (first, *_) = figure.axes[0].get_legend().get_texts()
    assert "test 0.777" in first.get_text()


def test_a_seed_that_turned_non_finite_counts_as_the_floor_from_then_on(run, moons):
    (lost,) = moons.index[moons["verdict"] == "diverges"]
    curves = final_curves(run, lost)
    assert (curves.median[4:] == 0.5).all()
    assert (curves.median[:4] > 0.5).all()
    assert (curves.n_seeds, curves.n_diverged) == (5, 5)


def test_no_text_of_the_curves_touches_another(run, analysis, moons):
    figure = _drawn(lambda: draw_curves(run, moons, analysis.references["moons"], "moons: 1 of 2 pairings work"))
    assert _overlaps(figure) == []
    assert _outside(figure) == []


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
    return write_figures(run, analysis, folder, Built(folder), task_digests(run, analysis)).paths


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
