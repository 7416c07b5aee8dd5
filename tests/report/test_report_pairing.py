"""One pairing whole: every number that the frames hold of it is printed; names are found or a near one is offered."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from actloss_cli.errors import UserError
from actloss_cli.report.pairing_json import pairing_json
from actloss_cli.report.pairing_search import find_pairings
from actloss_cli.report.pairing_view import render_pairing
from actloss_cli.report.sparkline import sparkline

NAME = "moons/relu/tanh/bce/momentum"


def _only(analysis, name: str) -> str:
    (pairing_id,) = find_pairings(analysis, name)
    return pairing_id


def test_a_label_finds_the_pairing_in_every_task_and_a_task_narrows_it(analysis):
    pairings = analysis.pairings
    same = (pairings["activation"] == "relu") & (pairings["output"] == "tanh")
    same &= (pairings["loss"] == "hinge") & (pairings["optimizer"] == "adam")
    assert find_pairings(analysis, "relu/tanh/hinge/adam") == list(pairings.index[same])
    assert find_pairings(analysis, "digits/relu/tanh/hinge/adam") == list(
        pairings.index[same & (pairings["task"] == "digits")]
    )


def test_an_unknown_pairing_offers_the_nearest(analysis):
    with pytest.raises(UserError) as caught:
        find_pairings(analysis, "moons/relu/tanh/bce/momentun")
    assert str(caught.value) == (
        "error: no pairing 'moons/relu/tanh/bce/momentun' in these results\n"
        "hint: did you mean 'moons/relu/tanh/bce/momentum'?"
    )


def test_every_number_of_a_pairing_is_printed(run, analysis, printed):
    pairing_id = _only(analysis, NAME)
    text = printed(render_pairing, run, analysis, pairing_id)
    row = analysis.pairings.loc[pairing_id]
    assert f"{row['score']:.3f} ({row['score_low']:.3f} to {row['score_high']:.3f})" in text
    assert row["reason"] in " ".join(text.split())
    for metric in ("accuracy", "balanced_accuracy", "log_loss", "brier"):
        assert re.search(rf"^{metric} +{row[metric]:.4g}\b", text, re.MULTILINE)
    finals = run.trials[(run.trials["pairing_id"] == pairing_id) & (run.trials["phase"] == "final")]
    for _, trial in finals.iterrows():
        assert re.search(rf"^{trial['seed']} +{trial['score']:.3f} +done", text, re.MULTILINE)


def test_the_chosen_learning_rate_is_marked_and_divergence_counted(run, analysis, printed):
    text = printed(render_pairing, run, analysis, _only(analysis, NAME))
    assert re.search(r"^0\.1 .* chosen *$", text, re.MULTILINE)
    assert text.count("chosen") == 1
    # Both seeds of learning rate 1 diverge, so they count as the floor, one half.
    assert re.search(r"^1 +0\.500 +2 +- - *$", text, re.MULTILINE)


def test_a_diverged_seed_says_in_which_epoch(run, analysis, printed):
    text = printed(render_pairing, run, analysis, _only(analysis, "moons/relu/identity/mse/momentum"))
    assert text.count("diverged in epoch 5") == 5


def test_the_curve_is_drawn_beside_the_references_on_one_scale(run, analysis, printed):
    text = printed(render_pairing, run, analysis, _only(analysis, NAME))
    ours, theirs = (re.search(rf"{name} +([▁-█]+) ", text).group(1) for name in ("this pairing", "reference"))
    assert len(ours) == len(theirs) == run.validation_score.shape[1]
    assert theirs[-1] == "█"


def test_a_pairing_of_an_unfinished_run_is_labelled(run, analysis, printed):
    text = printed(render_pairing, replace(run, n_missing=2), analysis, _only(analysis, NAME))
    assert f"UNFINISHED: 2 of {2 + len(run.trials):,} trials missing" in text


def test_an_invalid_pairing_gives_its_reason_and_no_empty_tables(run, analysis, printed):
    text = printed(render_pairing, run, analysis, _only(analysis, "moons/relu/identity/bce/adam"))
    assert "⊘ invalid: all elements of input should be between 0 and 1" in text
    assert "final seed" not in text


@pytest.mark.parametrize("width", [40, 60])
def test_a_narrow_console_cuts_nothing(run, analysis, printed, width):
    pairing_id = _only(analysis, NAME)
    text = printed(render_pairing, run, analysis, pairing_id, width=width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text


def test_hostile_labels_are_shown_as_text(hostile_run, hostile, printed):
    text = printed(render_pairing, hostile_run, hostile, hostile.pairings.index[-1], width=120)
    assert "=cmd()[/red]\\x1b[31m: $x$/<script>alert(1)</script>/hinge/[bold]x[/bold]\\u202eevil" in text


def test_a_sparkline_rises_from_the_lowest_to_the_highest_mark():
    curve = np.linspace(0.0, 1.0, 8)
    assert sparkline(curve, 0.0, 1.0, width=80, ascii_only=False) == "▁▂▃▄▅▆▇█"
    assert sparkline(np.array([0.0, 0.55, 1.0]), 0.0, 1.0, width=80, ascii_only=True) == "059"
    assert sparkline(np.full(3, 0.5), 0.5, 0.5, width=80, ascii_only=True) == "000"
    assert len(sparkline(np.linspace(0, 1, 500), 0, 1, width=30, ascii_only=True)) == 30


def test_json_holds_the_pairing_its_trials_and_no_token_that_json_lacks(run, analysis):
    def refuse(token: str) -> None:
        raise AssertionError(token)

    pairing_id = _only(analysis, "moons/relu/identity/mse/momentum")
    value = json.loads(pairing_json(run, analysis, pairing_id), parse_constant=refuse)
    assert value["verdict"] == "diverges"
    assert value["steps_to_target"] is None
    assert len(value["trials"]) == int((run.trials["pairing_id"] == pairing_id).sum())
    assert {trial["status"] for trial in value["trials"]} == {"diverged"}
