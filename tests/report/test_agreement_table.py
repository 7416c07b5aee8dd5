"""Predicted against measured in the terminal, on pages and in files: the same numbers, and labels obeyed nowhere."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from actloss_cli.analysis.agreement import agreement_of
from actloss_cli.report.agreement_table import agreement_markdown, attestation, prediction_sentence, print_agreement
from actloss_cli.report.run_report import RunReport
from actloss_cli.report.summary import summary_json
from actloss_cli.report.tables import write_report
from actloss_cli.store.predictions import FrozenPredictions

RECORD = FrozenPredictions(2, 1, "2026-01-01T00:00:00+00:00", "0123456789abcdef" * 4)


@pytest.fixture
def foretold(analysis):
    """The synthetic run as if hinge had been predicted to fail."""
    fails = analysis.pairings["loss"] == "hinge"
    pairings = analysis.pairings.assign(
        predicted=analysis.pairings["verdict"]
        .where(analysis.pairings["verdict"] == "invalid", "works")
        .mask(fails, "fails"),
        predicted_rule="of hinge",
        predicted_reason="theory says",
    )
    return replace(analysis, pairings=pairings)


def test_terminal_and_markdown_tell_the_same_shares(printed, run, foretold):
    found = agreement_of(foretold.pairings)
    text = printed(print_agreement, run.facts, foretold.pairings, width=100)
    page = agreement_markdown(run.facts, foretold.pairings)
    for share in (found.precision, found.recall):
        told = f"{share.mean:.3f} ({share.low:.3f} to {share.high:.3f})"
        assert told in text
        assert told in page
    assert "predicted fails (of hinge: theory says), measured works" in " ".join(text.split())
    assert "predicted fails (of hinge: theory says), measured works" in page
    assert max(map(len, text.splitlines())) <= 100


def test_nothing_is_told_where_nothing_was_trained(printed, run, foretold):
    untrained = foretold.pairings[foretold.pairings["verdict"] == "invalid"]
    assert printed(print_agreement, run.facts, untrained) == ""
    assert "nothing to hold predictions against" in agreement_markdown(run.facts, untrained)


def test_the_report_folder_holds_the_table_and_every_disagreement(run, foretold, tmp_path):
    write_report(RunReport.of(run, foretold), tmp_path, figures=False)
    found = agreement_of(foretold.pairings)
    table = pd.read_csv(tmp_path / "agreement.csv")
    assert table.loc[0, ["n", "n_both", "n_measured"]].tolist() == [found.n, found.n_both, found.n_measured]
    assert len(pd.read_csv(tmp_path / "disagreements.csv")) == found.n - found.n_right
    assert (
        (tmp_path / "agreement.md").read_text(encoding="utf-8").startswith("# Predicted against measured: synthetic\n")
    )


def test_the_summary_has_the_same_table(run, foretold):
    whole = json.loads(summary_json(run.facts, foretold))["agreement"][0]
    found = agreement_of(foretold.pairings)
    assert (whole["level"], whole["n"], whole["precision"]) == ("all", found.n, found.precision.mean)


def test_a_page_says_whether_provenance_attests_to_the_predictions(run):
    assert attestation(run.facts) == ""
    assert attestation(replace(run.facts, predictions=RECORD, is_attested=True)) == (
        "2 predictions, the last of them frozen at 2026-01-01T00:00:00+00:00 (sha256 0123456789abcdef), as "
        "provenance.json has it."
    )
    assert attestation(replace(run.facts, predictions=RECORD)) == (
        "provenance.json does not attest to these predictions (sha256 0123456789abcdef): were they changed after the "
        "run began?"
    )


def test_labels_are_no_markup_on_the_page(hostile_run, hostile):
    wrong = hostile.pairings.assign(predicted="fails")
    page = agreement_markdown(hostile_run.facts, wrong)
    assert "<script" not in page
    assert "&lt;script" in page


def test_a_pairings_sentence_names_the_rule_and_what_was_measured():
    row = {"predicted": "fails", "predicted_rule": "r2 ceiling", "predicted_reason": "10 % is left", "verdict": "works"}
    assert prediction_sentence(row) == 'fails, by the rule "r2 ceiling": 10 % is left; measured works'
