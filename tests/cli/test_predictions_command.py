"""Predicted verdicts as a user meets them: a column of the export, a line of `show`, a section of the report."""

import csv
import io
import json
import shutil

from tests.tiny_grid import N_INVALID, N_PAIRINGS, actloss


def test_each_exported_pairing_has_its_predicted_verdict_and_the_rule(tiny_run, tmp_path):
    rows = list(csv.DictReader(io.StringIO(actloss("export", tiny_run, cwd=tmp_path).stdout)))
    assert len(rows) == N_PAIRINGS
    assert sum(row["predicted"] == "invalid" for row in rows) == N_INVALID
    assert {row["predicted_rule"] for row in rows if row["output"] == "softmax"} == {"constant output"}
    assert all(row["predicted_reason"] for row in rows)
    assert {row["predicted"] for row in rows if (row["output"], row["loss"]) == ("sigmoid", "bce")} == {"works"}


def test_a_shown_pairing_says_what_was_predicted_by_which_rule(tiny_run, tmp_path):
    shown = actloss("show", tiny_run, "moons/relu/softmax/bce/adam", cwd=tmp_path).stdout
    assert 'predicted: fails, by the rule "constant output": softmax over one unit is' in " ".join(shown.split())
    one = json.loads(actloss("show", tiny_run, "moons/relu/softmax/bce/adam", "--json", cwd=tmp_path).stdout)
    assert (one["predicted"], one["predicted_rule"]) == ("fails", "constant output")


def test_the_report_holds_predicted_against_measured(tiny_run, tmp_path):
    folder = shutil.copytree(tiny_run, tmp_path / "tiny")
    printed = " ".join(actloss("report", folder, "--no-figures", cwd=tmp_path).stdout.split())
    assert "predicted against measured: precision" in printed
    assert "as provenance.json has it" in printed
    assert "as provenance.json has it" in (folder / "report" / "agreement.md").read_text(encoding="utf-8")
