"""A task summed up, and what a reader sees first of it: at most ten lines, at 80 columns."""

import io

import pytest
from rich.console import Console

from actloss_cli.analysis import analyse
from actloss_cli.analysis.task_summary import summarise_task
from actloss_cli.report.terminal_summary import print_summary


def lines_of(run, width=80):
    console = Console(file=io.StringIO(), width=width, no_color=True)
    analysis = analyse(run)
    print_summary(console, analysis, [str(task) for task in analysis.tasks.index])
    return console.file.getvalue().strip("\n").split("\n")


@pytest.fixture
def mixed(build):
    bad = build.Measured([0.5] * 10)
    return build.run(
        {
            "relu/sigmoid/bce/adam": build.best,
            "relu/sigmoid/mse/adam": build.Measured(build.GOOD),
            "relu/softmax/bce/adam": build.Measured(invalid="not defined"),
            "tanh/softmax/mse/sgd": bad,
            "elu/softmax/mse/sgd": bad,
        }
    )


def test_a_task_is_told_in_words_with_its_best_what_works_and_why_the_rest_does_not(mixed):
    assert lines_of(mixed) == [
        "moons: 2 of 5 pairings work, 3 are mismatched",
        "  best: relu/sigmoid/bce/adam, 0.972",
        "  work: sigmoid + bce 1/1, sigmoid + mse 1/1",
        "  mismatched, because of:",
        "     2  unexplained                   softmax + mse",
        "     1  invalid                       softmax + bce",
    ]


def test_ten_lines_are_enough_however_many_causes_there_are(build):
    many = {f"a{k}/sigmoid/l{k}/adam": build.Measured(invalid=f"reason {k}") for k in range(30)}
    run = build.run({build.REFERENCE: build.best, **many})
    assert len(lines_of(run)) <= 10


def test_a_task_without_signal_says_so(build):
    run = build.run({build.REFERENCE: build.Measured([0.51] * 10)})
    assert lines_of(run)[0] == "moons: no signal, no pairing beats the trivial predictor clearly"


def test_a_group_is_told_by_the_functions_that_most_of_it_shares(mixed):
    groups = summarise_task(analyse(mixed).pairings).mismatched
    assert [(group.n, group.functions) for group in groups] == [(2, ("softmax + mse",)), (1, ("softmax + bce",))]
