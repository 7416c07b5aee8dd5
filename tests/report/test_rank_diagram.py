"""Ranks as a diagram and as a list: the numbers of the analysis, bars of its groups, text that never touches."""

import re

import numpy as np
import pytest

from actloss_cli.analysis.ranks import Ranks
from actloss_cli.report.rank_diagram import draw_ranks
from actloss_cli.report.terminal_ranks import finding, print_ranks

from .test_report_figures import NAMES, _drawn, _outside, _overlaps


def made_ranks(n_levels, reach=3, friedman_p=0.001, names=None, mean_rank=None, left_out=()):
    """Levels at ranks 1, 2, ...; those fewer than `reach` places apart are not told apart by Nemenyi's test."""
    levels = tuple(names or (f"level{i:02d}" for i in range(n_levels)))
    place = np.arange(n_levels)
    pairwise_p = np.where(np.abs(place[:, None] - place) < reach, 0.6, 0.01)
    np.fill_diagonal(pairwise_p, 1)
    starts = range(n_levels - reach + 1) if reach > 1 else ()
    groups = tuple(levels[start : start + reach] for start in starts) if friedman_p < 0.05 else (levels,)
    ranks = 1.0 + place if mean_rank is None else np.asarray(mean_rank)
    return Ranks("binary", "activation", levels, ranks, friedman_p, pairwise_p, 7, groups, left_out)


def bars_of(figure):
    """The ends of the thick lines, from the left."""
    lines = [line.get_xdata() for line in figure.axes[0].lines if line.get_linewidth() == 3]
    return sorted((min(ranks), max(ranks)) for ranks in lines)


@pytest.mark.parametrize("n_levels", [3, 4, 12, 30])
@pytest.mark.parametrize("reach", [1, 3])
def test_the_diagram_shows_every_level_with_its_rank_and_a_bar_for_each_group(n_levels, reach):
    ranks = made_ranks(n_levels, reach)
    figure = _drawn(lambda: draw_ranks(ranks))
    texts = [text.get_text().strip() for text in figure.axes[0].texts]
    for place, level in enumerate(ranks.levels):
        sides = (f"{level}  {place + 1:.2f}", f"{place + 1:.2f}  {level}")
        assert sides[2 * place >= n_levels + n_levels % 2] in texts
    assert len(texts) == n_levels
    expected = [(1.0 + ranks.levels.index(group[0]), 1.0 + ranks.levels.index(group[-1])) for group in ranks.groups]
    assert bars_of(figure) == expected


def test_one_bar_joins_all_where_friedmans_test_finds_nothing():
    figure = _drawn(lambda: draw_ranks(made_ranks(5, reach=1, friedman_p=0.2)))
    assert bars_of(figure) == [(1.0, 5.0)]


@pytest.mark.parametrize("n_levels", [3, 7, 30])
@pytest.mark.parametrize("names", [None, NAMES])
@pytest.mark.parametrize("spread", ["even", "tied", "crowded"])
def test_no_text_of_the_diagram_touches_another_or_leaves_the_page(n_levels, names, spread):
    labels = names and [f"{names[i % len(names)]}{i}" for i in range(n_levels)]
    middle = (n_levels + 1) / 2
    mean_rank = {
        "even": None,
        "tied": np.full(n_levels, middle),
        "crowded": middle + np.linspace(-0.1, 0.1, n_levels),
    }[spread]
    figure = _drawn(lambda: draw_ranks(made_ranks(n_levels, 3, names=labels, mean_rank=mean_rank)))
    assert _overlaps(figure) == []
    assert _outside(figure) == []


def test_the_axis_runs_from_the_first_rank_to_the_last():
    (axes,) = _drawn(lambda: draw_ranks(made_ranks(30))).axes
    ticks = axes.get_xticks()
    assert axes.get_xlim() == (1, 30)
    assert (ticks[0], ticks[-1]) == (1, 30)
    assert (ticks == ticks.round()).all()


def test_labels_of_the_diagram_are_drawn_literally():
    figure = _drawn(lambda: draw_ranks(made_ranks(3, names=["$x$", "{label}", "\x1b[31m"])))
    texts = figure.axes[0].texts
    shown = [text.get_text() for text in texts]
    assert all(any(name in text for text in shown) for name in ("$x$", "{label}", "\\x1b[31m"))
    assert not any(text.get_parse_math() for text in texts)


@pytest.mark.parametrize(
    ("ranks", "sentence"),
    [
        (made_ranks(5, 1), "binary: level00 ranks best of 5 activations over 7 tasks, told apart from all others"),
        (
            made_ranks(5, 3),
            "binary: level00 ranks best of 5 activations over 7 tasks, not told apart from level01, level02",
        ),
        (made_ranks(9, 6), "binary: level00 ranks best of 9 activations over 7 tasks, not told apart from 5 others"),
        (made_ranks(5, 2, 0.3), "binary: no difference shows between 5 activations over 7 tasks"),
    ],
)
def test_the_finding_names_the_best_and_what_is_not_told_apart_from_it(ranks, sentence):
    assert finding(ranks) == sentence
    assert _drawn(lambda: draw_ranks(ranks)).get_suptitle().replace("\n", " ") == sentence


def test_the_list_has_a_column_of_bars_for_each_group(printed):
    text = printed(print_ranks, made_ranks(4, 3), width=120)
    assert text.splitlines()[1:5] == [
        "   1.00  |   level00",
        "   2.00  ||  level01",
        "   3.00  ||  level02",
        "   4.00   |  level03",
    ]


def test_the_list_tells_how_it_was_made_and_what_was_left_out(printed):
    text = " ".join(printed(print_ranks, made_ranks(3, 1, 0.00123, left_out=("elu", "[red]"))).split())
    assert "over 7 tasks (1 is best)" in text
    assert "(p = 0.0012). Without a score on some task: elu, [red]." in text


@pytest.mark.parametrize("width", [40, 60, 200])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_nothing_of_the_list_is_cut_or_wider_than_the_console(printed, width, encoding):
    names = [f"{NAMES[i % len(NAMES)]}{i}" for i in range(30)]
    text = printed(print_ranks, made_ranks(30, 4, names=names), width=width, encoding=encoding)
    assert max(map(len, text.splitlines())) <= width
    assert re.findall(r"^ +(\d+\.\d\d) ", text, re.MULTILINE) == [f"{place:.2f}" for place in range(1, 31)]
    flat = re.sub(r"\s", "", text)
    for name in names:
        shown = name.encode("ascii", "backslashreplace").decode() if encoding == "ascii" else name
        assert re.sub(r"\s", "", shown) in flat
