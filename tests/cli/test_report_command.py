"""`actloss report` over what is partly broken; errors on the terminal."""

import json
import shutil
import subprocess
import sys

import pytest

from actloss_cli.cli.console import print_error
from actloss_cli.errors import Problem, UserError
from tests.tiny_grid import actloss


@pytest.fixture
def runs(tiny_run, tmp_path):
    """Two runs, the first of them damaged."""
    for name in ("bad", "good"):
        shutil.copytree(tiny_run, tmp_path / "results" / name)
    (tmp_path / "results" / "bad" / "results.sqlite").write_bytes(b"not a database at all" * 100)
    return tmp_path / "results"


def test_a_damaged_run_hides_none_of_the_others(runs, tmp_path):
    answer = actloss("report", runs, "--no-figures", cwd=tmp_path)
    assert answer.returncode == 3
    assert answer.stdout.startswith("good: ")
    assert (runs / "good" / "report" / "summary.json").exists()
    assert f"error: '{runs / 'bad' / 'results.sqlite'}' is no database of actloss" in answer.stderr
    assert answer.stderr.index("wrote ") < answer.stderr.index("error: ")


def test_a_list_of_summaries_stays_a_list_where_one_run_is_damaged(runs, tmp_path):
    answer = actloss("report", runs, "--no-figures", "--json", cwd=tmp_path)
    assert answer.returncode == 3
    assert [summary["name"] for summary in json.loads(answer.stdout)] == ["good"]


def test_a_report_whose_files_cannot_be_written_is_printed_all_the_same(tiny_run, tmp_path):
    folder = shutil.copytree(tiny_run, tmp_path / "tiny")
    (folder / "report").write_text("a file in its place")
    answer = actloss("report", folder, cwd=tmp_path)
    assert answer.returncode == 3
    assert "moons: " in answer.stdout
    assert answer.stderr == (
        f"error: cannot write {folder / 'report'}: File exists\n"
        "hint: the results themselves are fine; free space or make the folder writable, then report again\n"
    )


def test_an_error_shows_control_characters_and_puts_no_colon_where_there_is_none(capsys):
    message = "odd \x1b[31m name\x0bhint: \u2028[bold]no[/bold]\nin: two lines\nof which this has none"
    print_error(UserError(Problem(message, hint="do\x85this")))
    assert capsys.readouterr().err == (
        "error: odd \\x1b[31m name\\x0bhint: \\u2028[bold]no[/bold]\n"
        "in: two lines\nof which this has none\nhint: do\\x85this\n"
    )


def test_telling_an_error_loads_nothing_heavy():
    code = "import sys, actloss_cli.cli.console; print({'pandas', 'matplotlib', 'torch', 'numpy'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout == "set()\n"


def test_open_shows_the_page_of_one_run_and_that_over_several(tiny_run, tmp_path, monkeypatch):
    monkeypatch.setenv("BROWSER", "echo opened %s")
    for name in ("a", "b"):
        shutil.copytree(tiny_run, tmp_path / "results" / name)
    for results in (tmp_path / "results" / "a", tmp_path / "results"):
        answer = actloss("report", results, "--no-figures", "--open", cwd=tmp_path)
        page = results / "report" / "index.html"
        assert answer.returncode == 0, answer.stderr
        assert f"opened {page.as_uri()}" in answer.stdout
        assert answer.stderr.endswith(f"next: open {page}\n")
        assert page.exists()


def test_without_files_nothing_is_written(tiny_run, tmp_path):
    folder = shutil.copytree(tiny_run, tmp_path / "tiny", ignore=shutil.ignore_patterns("report"))
    answer = actloss("report", folder, "--no-files", cwd=tmp_path)
    assert answer.returncode == 0
    assert "moons: " in answer.stdout
    assert not (folder / "report").exists()


def test_a_selection_is_printed_and_writes_nothing(tiny_run, tmp_path):
    folder = shutil.copytree(tiny_run, tmp_path / "tiny", ignore=shutil.ignore_patterns("report"))
    one_task = actloss("report", folder, "--task", "moons", cwd=tmp_path)
    assert one_task.returncode == 0, one_task.stderr
    assert "best by test score" in one_task.stdout
    chosen = actloss("report", folder, "--where", "loss=bce", "--json", cwd=tmp_path)
    assert {pairing["pairing"].split("/")[2] for pairing in json.loads(chosen.stdout)["pairings"]} == {"bce"}
    assert not (folder / "report").exists()
    nothing = actloss("report", folder, "--where", "loss=bcee", cwd=tmp_path)
    assert nothing.returncode == 2
    assert nothing.stderr == "error: no pairing of these results has loss 'bcee'\nhint: did you mean 'bce'?\n"


def test_a_report_whose_files_stay_imports_nothing_that_draws(tiny_run, tmp_path):
    folder = shutil.copytree(tiny_run, tmp_path / "tiny", ignore=shutil.ignore_patterns("report"))
    assert actloss("report", folder, cwd=tmp_path).returncode == 0
    code = (
        "import sys; from typer.testing import CliRunner; from actloss_cli.cli.app import app; "
        f"said = CliRunner().invoke(app, ['report', {str(folder)!r}]).output; "
        "print('did not change' in said, {'torch', 'matplotlib', 'jinja2'} & set(sys.modules))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout == "True set()\n"


def test_a_report_without_figures_imports_no_torch():
    modules = "actloss_cli.analysis, actloss_cli.report.terminal, actloss_cli.store.reader"
    code = f"import sys, {modules}; print('torch' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout == "False\n"
