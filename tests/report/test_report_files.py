"""Report folder and exports: other programs read back what the frames hold; nothing that a label says is obeyed."""

import io
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actloss_cli.analysis.cross_tables import output_by_loss
from actloss_cli.errors import ExitCode, UserError
from actloss_cli.report.built import NOTE
from actloss_cli.report.escape import csv_text, file_stem, file_stems, fold_label, printable
from actloss_cli.report.export import FORMATS, diagnostics_table, pairings_table, trials_table, write_table
from actloss_cli.report.run_report import RunReport
from actloss_cli.report.summary import summary_json
from actloss_cli.report.tables import write_report

READ = {
    "csv": pd.read_csv,
    "json": lambda path: pd.DataFrame(json.loads(path.read_text(encoding="utf-8"))),
    "parquet": pd.read_parquet,
}
PAIRING_COLUMNS = (
    *("task", "kind", "dataset", "activation", "output", "loss", "optimizer", "lr", "n_final"),
    *("score", "score_low", "score_high", "relative", "relative_low", "relative_high"),
    *("steps_to_target", "verdict", "reason"),
)


def _strict(text: str):
    def refuse(token: str) -> None:
        raise AssertionError(f"{token} is no JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.fixture
def curves() -> pd.DataFrame:
    value = np.array([0.1, np.nan, 1 / 3, 2.0], np.float64)
    columns = {"trial": list("aabb"), "epoch": [1, 2, 1, 2], "step": [10, 20, 10, 20], "metric": "train_loss"}
    return pd.DataFrame({**columns, "value": value})


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("table", ["pairings", "trials", "curves", "diagnostics"])
def test_an_export_reads_back_as_the_frame(run, analysis, curves, tmp_path, table, file_format):
    frame = {
        "pairings": pairings_table(analysis),
        "trials": trials_table(run),
        "curves": curves,
        "diagnostics": diagnostics_table(run).iloc[:1000],
    }[table]
    path = tmp_path / f"table.{file_format}"
    write_table(frame, file_format, path)
    back = READ[file_format](path)
    assert list(back.columns) == list(frame.columns)
    for name in frame.columns:
        if pd.api.types.is_numeric_dtype(frame[name]) and frame[name].dtype != bool:
            # JSON has no infinity: a target that was missed is null there.
            there = frame[name].astype("float64")
            there = there.replace(np.inf, np.nan) if file_format == "json" else there
            digits = 1e-7 if frame[name].dtype == np.float32 else 1e-14
            np.testing.assert_allclose(back[name].astype("float64"), there, rtol=digits)
        else:
            # a text column without a text is read from CSV as one of missing numbers
            assert back[name].astype("object").fillna("").tolist() == frame[name].fillna("").tolist()


def test_the_pairings_table_starts_with_the_promised_columns(analysis):
    table = pairings_table(analysis)
    assert list(table.columns[: len(PAIRING_COLUMNS)]) == list(PAIRING_COLUMNS)
    assert table["pairing_id"].is_unique


def test_the_trials_table_names_each_trials_pairing(run):
    table = trials_table(run)
    expected = (
        "trial pairing_id task activation output loss optimizer phase seed lr status diverged_epoch n_train score"
    )
    assert list(table.columns[:14]) == expected.split()
    assert {"r2", "rmse", "accuracy", "log_loss", "brier"} <= set(table.columns)
    assert len(table) == len(run.trials)
    for place in (0, len(table) - 1):
        names = run.pairings.loc[table["pairing_id"][place]]
        assert (table.loc[place, ["task", "activation", "output", "loss", "optimizer"]] == names[:5]).all()


def test_the_diagnostics_table_has_a_row_for_each_number(run):
    table = diagnostics_table(run)
    assert list(table.columns) == ["trial", "epoch", "name", "layer", "value"]
    assert len(table) == sum(points.size for points in run.diagnostics.values())
    trial = run.trials.index[-1]
    rows = table[table["trial"] == trial]
    assert rows["epoch"].unique().tolist() == [0, 1, 2, 5, 12]
    (second,) = rows[(rows["epoch"] == 12) & (rows["name"] == "gradient_norm") & (rows["layer"] == 2)]["value"]
    assert second == pytest.approx(12.01)
    (last,) = rows[(rows["epoch"] == 5) & (rows["name"] == "weight_growth")]["value"]
    assert last == run.diagnostics[trial][3, -1]
    of_model = table[table["layer"].isna()]["name"].unique().tolist()
    assert of_model == [
        *("gradient_ratio", "update_ratio", "output_at_ends", "undefined_share", "output_spread", "weight_growth")
    ]


def test_a_trial_that_two_tasks_share_has_its_diagnostics_once(run):
    twice = pd.concat([run.trials, run.trials.iloc[:3]])
    assert len(diagnostics_table(replace(run, trials=twice))) == len(diagnostics_table(run))


@pytest.mark.parametrize("file_format", FORMATS)
def test_standard_output_gets_the_bytes_of_the_file(curves, tmp_path, capfdbinary, file_format):
    write_table(curves, file_format, tmp_path / "table")
    write_table(curves, file_format, "-")
    assert capfdbinary.readouterr().out == (tmp_path / "table").read_bytes()


def test_an_export_that_cannot_be_written_says_so(curves, tmp_path):
    target = tmp_path / "missing" / "table.csv"
    with pytest.raises(UserError) as caught:
        write_table(curves, "csv", target)
    assert str(caught.value) == f"error: cannot write {target}: No such file or directory"


def test_exported_json_has_a_row_a_line_and_null_for_what_is_not_finite(tmp_path):
    frame = pd.DataFrame({"x": [1.5, np.nan, np.inf], "n": pd.array([1, None, 3], "Int64"), "t": ["a", None, "c"]})
    write_table(frame, "json", tmp_path / "t.json")
    text = (tmp_path / "t.json").read_text()
    assert len(text.splitlines()) == 5
    rows = [{"x": 1.5, "n": 1, "t": "a"}, {"x": None, "n": None, "t": None}, {"x": None, "n": 3, "t": "c"}]
    assert _strict(text) == rows


def test_an_empty_table_is_valid_json(tmp_path, curves):
    write_table(curves.iloc[:0], "json", tmp_path / "t.json")
    assert _strict((tmp_path / "t.json").read_text()) == []


@pytest.mark.parametrize("text", ["=cmd()", "+1", "-x", "@sum(1)", "\tx", "\rx"])
def test_a_csv_cell_that_looks_like_a_formula_gets_an_apostrophe(text, tmp_path):
    assert csv_text(text) == f"'{text}"
    write_table(pd.DataFrame({"label": [text, "relu"], "score": [-1.5, 2.0]}), "csv", tmp_path / "t.csv")
    back = pd.read_csv(io.StringIO((tmp_path / "t.csv").read_bytes().decode()), lineterminator="\n")
    assert back["label"].tolist() == [f"'{text}", "relu"]
    assert back["score"].tolist() == [-1.5, 2.0]


def test_the_report_folder_holds_what_it_lists(run, analysis, tmp_path):
    written = write_report(RunReport.of(run, analysis), tmp_path / "report", figures=False)
    there = [path for path in (tmp_path / "report").rglob("*") if path.is_file() and path.name != NOTE]
    assert sorted(written.paths) == sorted(there)
    names = {path.name for path in written.paths}
    assert {"pairings.csv", "summary.json", "moons-output-by-loss.csv", "digits-activation-by-optimizer.csv"} <= names
    table = pd.read_csv(tmp_path / "report" / "moons-output-by-loss.csv")
    expected = output_by_loss(analysis, "moons").reset_index()
    np.testing.assert_allclose(table["best_score"], expected["best_score"], rtol=1e-14)
    assert table["n_pairings"].tolist() == expected["n_pairings"].tolist()


def test_figures_are_drawn_unless_they_are_not_wanted(hostile_run, hostile, tmp_path):
    written = write_report(RunReport.of(hostile_run, hostile), tmp_path / "report")
    assert {path.suffix for path in written.paths if path.parent.name == "figures"} == {".png", ".svg"}


def test_a_report_that_cannot_be_written_says_so(run, analysis, tmp_path):
    (tmp_path / "report").write_text("a file in its place")
    with pytest.raises(UserError) as caught:
        write_report(RunReport.of(run, analysis), tmp_path / "report", figures=False)
    assert str(caught.value) == (
        f"error: cannot write {tmp_path / 'report'}: File exists\n"
        "hint: the results themselves are fine; free space or make the folder writable, then report again"
    )
    assert caught.value.code == ExitCode.RESULTS


def test_the_summary_is_json_with_the_frames_numbers(run, analysis):
    summary = _strict(summary_json(run.facts, analysis))
    assert list(summary) == ["name", "finished", "n_missing", "n_pairings", "n_trials", "agreement", "tasks"]
    assert (summary["finished"], summary["n_missing"], summary["n_trials"]) == (True, 0, len(run.trials))
    for task in summary["tasks"]:
        pairings = analysis.pairings[analysis.pairings["task"] == task["task"]]
        assert sum(task["counts"].values()) == task["n_pairings"] == len(pairings)
        assert task["counts"]["works"] == int((pairings["verdict"] == "works").sum())
        working = pairings[pairings["works"]].sort_values("score", ascending=False)
        assert [one["score"] for one in task["works"]] == working["score"].tolist()[:10]
        assert {one["verdict"] for one in task["mismatched"]} <= {"impaired", "fails", "unstable", "diverges"}
        if task["mismatched"]:
            assert task["mismatched"][0]["score"] == min(one["score"] for one in task["mismatched"])
        assert task["reference"]["pairing_id"] == analysis.references[task["task"]]


def test_the_summary_of_an_unfinished_run_says_how_much_is_missing(run, analysis):
    summary = _strict(summary_json(replace(run, n_missing=17).facts, analysis))
    assert (summary["finished"], summary["n_missing"]) == (False, 17)


@given(st.text())
def test_a_file_stem_is_a_plain_name(label):
    stem = file_stem(label)
    assert 0 < len(stem) <= 80
    assert stem.isascii()
    assert not set(stem) & set('/\\:*?"<>| ')
    assert stem[0] not in ".-"


def test_labels_that_come_to_the_same_name_keep_apart():
    assert file_stems(["a/b", "a b", "A:B"]) == {"a/b": "a_b", "a b": "a_b-2", "A:B": "A_B-3"}


@given(st.text(), st.booleans())
def test_printable_text_moves_no_cursor_and_hides_nothing(text, ascii_only):
    safe = printable(text, ascii_only=ascii_only)
    assert safe.isprintable() or all(char.isprintable() or char.isspace() for char in safe)
    assert not any(ord(char) < 32 or ord(char) == 127 for char in safe)
    assert safe.isascii() or not ascii_only


@given(st.text(alphabet="ab_-/(,= "), st.integers(1, 20))
def test_a_folded_label_keeps_every_character_and_its_width(label, width):
    folded = fold_label(label, width)
    assert all(len(line) <= width for line in folded)
    assert "".join(folded).replace(" ", "") == label.replace(" ", "")


def test_a_label_is_folded_where_its_words_end():
    assert fold_label("sparse_categorical_cross_entropy", 12) == ["sparse_", "categorical_", "cross_", "entropy"]
    assert fold_label("sgd(momentum=0.9)", 13) == ["sgd(", "momentum=0.9)"]
    assert fold_label("relu", 12) == ["relu"]
