"""Variance shares shown: the frame's numbers as percent, at any width, and a figure whose texts never touch."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from actloss_cli.analysis.pairings import analyse
from actloss_cli.analysis.variance_shares import FACTORS, variance_shares
from actloss_cli.report.variance_figure import draw_variance_shares
from actloss_cli.report.variance_table import finding, format_percent, print_variance_shares

from .synthetic import TASKS
from .test_report_figures import _drawn, _outside, _overlaps

NAN = float("nan")


@pytest.fixture(scope="module")
def shares(run, analysis) -> pd.DataFrame:
    return variance_shares(run, analysis)


def made_up(**tasks: dict[str, tuple[float, float]]) -> pd.DataFrame:
    """A frame of given shares in score and speed; factors that are not named share in nothing."""
    frames = {
        task: pd.DataFrame(
            {
                "df": 3,
                "score_ss": 1.0,
                "score_share": [named.get(factor, (0.0, 0.0))[0] for factor in FACTORS],
                "speed_ss": 1.0,
                "speed_share": [named.get(factor, (0.0, 0.0))[1] for factor in FACTORS],
                "note": "",
            },
            index=pd.Index(FACTORS, name="factor"),
        )
        for task, named in tasks.items()
    }
    return pd.concat(frames, names=["task"])


MOONS = {"output x loss": (0.614, 0.2), "optimizer": (0.09, 0.31), "learning rate": (0.05, 0.4), "seeds": (0.2, 0.09)}


def _flat(text: str) -> str:
    return " ".join(text.split())


def test_the_sentence_names_the_two_largest_shares_of_each_response():
    rows = made_up(moons=MOONS).loc["moons"]
    assert finding(rows, 1) == "score depends most on output x loss (61 %); speed most on learning rate (40 %)"
    assert finding(rows, 2) == (
        "score depends most on output x loss (61 %), then on seeds (20 %); "
        "speed most on learning rate (40 %), then on optimizer (31 %)"
    )
    rows = rows.assign(score_share=NAN)
    assert finding(rows, 2) == "speed depends most on learning rate (40 %), then on optimizer (31 %)"
    assert finding(rows.assign(speed_share=NAN), 2) == ""


def test_a_share_is_a_whole_percentage():
    assert [format_percent(share) for share in (0.614, 0.0, 1.0, NAN)] == ["61 %", "0 %", "100 %", "-"]


@pytest.mark.parametrize("width", [40, 50, 60, 80, 200])
def test_the_table_holds_every_share_at_any_width(shares, printed, width):
    text = printed(print_variance_shares, shares, width=width)
    assert max(map(len, text.splitlines())) <= width
    for task in shares.index.unique("task"):
        rows = shares.loc[task]
        part = text.split(f"{task}: where differences come from")[1].split("where differences")[0]
        table = part.split("─")[-1]
        varied = rows[rows["df"] > 0]
        expected = [format_percent(share) for share in varied[["score_share", "speed_share"]].to_numpy().ravel()]
        assert re.findall(r"\d+ %|(?<= )-(?= )", table) == expected
        assert finding(rows, 2) in _flat(part)


def test_bars_are_as_long_as_shares_and_a_plain_terminal_gets_plain_ones(printed):
    frame = made_up(moons=MOONS)
    (line,) = [
        line
        for line in printed(print_variance_shares, frame, width=100).splitlines()
        if line.startswith("output x loss ")
    ]
    assert [len(bar) for bar in re.findall("█+", line)] == [12, 4]  # of 20
    short = printed(print_variance_shares, frame, width=60)
    (line,) = [line for line in short.splitlines() if line.startswith("output x loss ")]
    assert [len(bar) for bar in re.findall("█+", line)] == [4, 1]  # of 6
    plain = printed(print_variance_shares, frame, width=100, encoding="ascii")
    (line,) = [line for line in plain.splitlines() if line.startswith("output x loss ")]
    assert line.replace("|", " ").split() == ["output", "x", "loss", "61", "%", "#" * 12, "20", "%", "#" * 4]


def test_a_factor_that_does_not_vary_has_no_row(printed):
    frame = made_up(moons=MOONS)
    frame.loc[("moons", "optimizer"), ["df", "score_share", "speed_share"]] = [0, NAN, NAN]
    text = printed(print_variance_shares, frame, width=100)
    assert not re.search("^optimizer ", text, re.MULTILINE)
    assert re.search("^learning rate ", text, re.MULTILINE)


def test_what_is_left_out_or_why_nothing_is_there_is_said(run, printed):
    nothing = replace(run, trials=run.trials.iloc[:0], validation_score=run.validation_score[:0], row_scores={})
    text = printed(print_variance_shares, variance_shares(nothing, analyse(nothing)))
    assert text.count("no shares: no tuning trial is there yet") == len(run.tasks)
    assert "%" not in text


def test_hostile_labels_are_shown_and_obeyed_by_nothing(hostile_run, hostile, printed):
    frame = variance_shares(hostile_run, hostile)
    text = printed(print_variance_shares, frame, width=150, force_terminal=True, color_system="standard")
    assert "=cmd()[/red]\\x1b[31m: " in re.sub(r"\x1b\[[\d;]*m", "", text)
    figure = _drawn(lambda: draw_variance_shares(frame))
    assert figure.get_suptitle().startswith("=cmd()[/red]\\x1b[31m: ")


@pytest.mark.parametrize("n_tasks", [1, 2, 4, 5, 12])
def test_no_text_of_the_figure_touches_another_or_leaves_the_page(n_tasks):
    names = ["moons", "x" * 60, "a task with a long name on digits", "$x$"]
    rng = np.random.default_rng(3)
    tasks = {
        f"{names[i % 4]}{i}": dict(zip(FACTORS, rng.dirichlet(np.ones(12), 2).T, strict=True)) for i in range(n_tasks)
    }
    figure = _drawn(lambda: draw_variance_shares(made_up(**tasks)))
    assert len(figure.axes) == n_tasks
    assert {axes.get_ylim() for axes in figure.axes} == {(11.5, -0.5)}  # the first factor on top
    assert _overlaps(figure) == []
    assert _outside(figure) == []


def test_bars_are_the_shares_in_percent():
    figure = _drawn(lambda: draw_variance_shares(made_up(moons=MOONS)))
    (axes,) = figure.axes
    score, speed = axes.containers
    place = FACTORS.index("output x loss")
    assert score[place].get_width() == pytest.approx(61.4)
    assert speed[place].get_width() == pytest.approx(20)
    assert axes.get_yticklabels()[place].get_text() == "output x loss"
    assert score[place].get_y() > speed[place].get_y() - 1
    assert axes.get_xlabel() == "share of variance (%)"


def test_score_and_speed_differ_in_lightness_and_in_hatching():
    figure = _drawn(lambda: draw_variance_shares(made_up(moons=MOONS)))
    score, speed = (bars[0] for bars in figure.axes[0].containers)
    grey = [np.dot(to_rgb(bar.get_facecolor()), [0.2126, 0.7152, 0.0722]) for bar in (score, speed)]
    assert abs(grey[0] - grey[1]) > 0.2
    assert score.get_hatch() != speed.get_hatch()


def test_the_title_says_what_leads_in_most_tasks():
    other = {"learning rate": (0.5, 0.6)}
    one = _drawn(lambda: draw_variance_shares(made_up(moons=MOONS)))
    assert " ".join(one.get_suptitle().split()) == f"moons: {finding(made_up(moons=MOONS).loc['moons'], 1)}"
    three = _drawn(lambda: draw_variance_shares(made_up(moons=MOONS, digits=MOONS, friedman1=other)))
    assert " ".join(three.get_suptitle().split()) == (
        "score depends most on output x loss in 2 of 3 tasks, speed on learning rate in 3 of 3 tasks"
    )
    equals = _drawn(lambda: draw_variance_shares(made_up(moons=MOONS, friedman1={"activation": (0.9, 0.0)})))
    assert " ".join(equals.get_suptitle().split()) == (
        "score depends most on activation in 1 of 2 tasks, speed on learning rate in 1 of 1 tasks"
    )


def test_a_task_without_shares_is_named_beside_the_panels():
    frame = made_up(moons=MOONS, digits=MOONS)
    frame.loc["digits", ["score_share", "speed_share"]] = NAN
    figure = _drawn(lambda: draw_variance_shares(frame))
    assert len(figure.axes) == 1
    assert "Tasks without shares: digits." in _flat(figure.legends[0].get_title().get_text())
    frame[["score_share", "speed_share"]] = NAN
    assert draw_variance_shares(frame) is None


def test_a_whole_run_becomes_one_figure(shares):
    figure = _drawn(lambda: draw_variance_shares(shares))
    assert [axes.get_title(loc="left") for axes in figure.axes] == [task.label for task in TASKS]
