"""Hostile or huge configs and tables, and results from strangers: a clear error or a working run, within bounds."""

import ast
import random
import re
import resource
import shutil
import time
import tracemalloc
from pathlib import Path

import pytest

import actloss_cli
from actloss_cli.config.load import load_config
from actloss_cli.config.size import check_size
from actloss_cli.datasets import csv_text
from actloss_cli.errors import UserError
from tests.edited_store import edit
from tests.reliability.rare import rare
from tests.tiny_grid import actloss

LAUGHS = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 9)
)
SOUND = b"name: x\ntasks: [{kind: binary, dataset: moons}]\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[" * 200_000, "nested more than 20 deep"),
        (b"a: " + b"[" * 100_000 + b"]" * 100_000, "nested more than 20 deep"),
        (LAUGHS.encode(), "aliases make more than 15000 values"),
        (b"a: &a [*a]", "aliases nest more than 20 deep"),
        (b"&a {b: *a}", "aliases nest more than 20 deep"),
        (b"a: !!python/object/apply:os.system ['touch /tmp/owned']", "unknown tag '!!python/object/apply:os.system'"),
        (b"# " + b"x" * 10_000_000, "larger than 250 kB"),
        (b"- a\n" * 60_000, "more than 15000 values"),
        (b"name: x\0y\n", "the character U+0000 can't stand in YAML"),
        (b"name: caf\xe9\n", "not UTF-8 text (byte 0xe9)"),
        (b"\xff\xfen\0a\0m\0e\0:\0 \0x\0", "not UTF-8 text (byte 0xff)"),
        (b"name: x\ntasks: []\nname: y\n", "duplicate key 'name', on line 1 and line 3"),
    ],
    ids=[
        "brackets",
        "pairs",
        "laughs",
        "recursive",
        "recursive-map",
        "tag",
        "megabytes",
        "many",
        "nul",
        "latin-1",
        "utf-16",
        "duplicate",
    ],
)
def test_hostile_yaml_is_one_clear_error_at_once_and_in_little_memory(tmp_path, content, message):
    path = tmp_path / "x.yaml"
    path.write_bytes(content)

    def refused() -> UserError:
        with pytest.raises(UserError) as refusal:
            load_config(str(path))
        return refusal.value

    def timed() -> float:
        start = time.process_time()
        refused()
        return time.process_time() - start

    error = refused()
    # The first that is quick will do: other processes on the core only ever add to the time.
    assert any(timed() < 1 for _ in range(5))
    assert [problem for problem in error.problems if message in problem.message], error
    assert len(str(error)) < 1000
    tracemalloc.start()
    refused()
    assert tracemalloc.get_traced_memory()[1] < 200e6
    tracemalloc.stop()


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path):
    (tmp_path / "x.yaml").write_bytes(b"\xef\xbb\xbf" + SOUND.replace(b"\n", b"\r\n"))
    assert load_config(str(tmp_path / "x.yaml")).name == "x"


@pytest.mark.parametrize("verb", [pytest.param("run", marks=rare), "plan"])
def test_a_grid_of_a_billion_trials_is_refused_with_its_size_and_how_to_allow_it(tmp_path, verb):
    (tmp_path / "x.yaml").write_bytes(
        SOUND + b"activation: all\nloss: [mse, hinge]\noutput: identity\noptimizer: all\n"
        b"lr: {points: 100}\nseeds: {tune: 10000, final: 2}\n"
    )
    answer = actloss(verb, "x.yaml", cwd=tmp_path)
    assert answer.returncode == 2
    (size,) = re.findall(r"^error: 'x' asks for ([0-9,]+) trials, more than 5,000,000$", answer.stderr, re.MULTILINE)
    number = int(size.replace(",", ""))
    assert number > 1_000_000_000
    assert f"hint: name fewer functions, learning rates or seeds; or allow it: --max-trials {number}\n" in answer.stderr
    assert not (tmp_path / "results").exists()


def test_a_limit_on_trials_can_be_set_and_the_size_counts_them_all(tmp_path):
    (tmp_path / "x.yaml").write_bytes(
        SOUND + b"activation: [relu, tanh]\noutput: sigmoid\nloss: [bce, mse]\noptimizer: [sgd, adam, rmsprop]\n"
        b"lr: {points: 5}\nseeds: {tune: 3, final: 10}\n"
    )
    config = load_config(str(tmp_path / "x.yaml"))
    n_trials = sum(2 * 2 * (5 * 3 + 10) for _ in ("sgd", "adam", "rmsprop"))
    check_size(config, n_trials)
    with pytest.raises(UserError, match=f"asks for {n_trials} trials, more than {n_trials - 1}"):
        check_size(config, n_trials - 1)


def table(path: Path, header: str, rows: list[str]) -> str:
    """Writes a CSV and the config that trains on it."""
    (path / "t.csv").write_text("\n".join([header, *rows]) + "\n")
    return "{csv: t.csv, target: y}"


def problems_of(folder: Path, dataset: str, kind: str = "binary") -> list[str]:
    """What loading the config says."""
    (folder / "x.yaml").write_text(f"name: x\ntasks: [{{kind: {kind}, dataset: {dataset}}}]\n")
    try:
        load_config(str(folder / "x.yaml"))
    except UserError as error:
        return [problem.message for problem in error.problems]
    return []


def test_a_table_of_a_gigabyte_is_refused_unread(tmp_path):
    dataset = table(tmp_path, "a,y", [])
    with (tmp_path / "t.csv").open("r+b") as file:
        file.truncate(1_000_000_000)
    tracemalloc.start()
    (problem,) = problems_of(tmp_path, dataset)
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()
    assert problem.endswith("t.csv' has 1,000 MB, more than 200"), problem


def test_a_table_at_the_limit_of_size_is_read(tmp_path, monkeypatch):
    dataset = table(tmp_path, "a,y", [f"{i},{i % 2}" for i in range(100)])
    size = (tmp_path / "t.csv").stat().st_size
    monkeypatch.setattr(csv_text, "MAX_BYTES", size)
    assert problems_of(tmp_path, dataset) == []


@pytest.mark.parametrize(
    ("header", "row", "kind", "message"),
    [
        ("a,y", lambda i: "1,2,3" if i == 50 else f"{i},{i % 2}", "binary", "line 52 has 3 fields, the first line 2"),
        ("a,y", lambda i: ",", "binary", "missing"),
        ("a,y", lambda i: f",{i % 2}", "binary", "missing"),
        ("a,y", lambda i: f"{i},one", "binary", "is constant (always 'one')"),
        ("a,y", lambda i: f"{i},7", "regression", "is constant (always '7')"),
        ("a,a,y", lambda i: f"{i},{i},{i % 2}", "binary", "more than one column of the name 'a'"),
    ],
    ids=["ragged", "all-missing", "no-features", "one-class", "constant", "duplicate"],
)
def test_a_table_that_cannot_serve_is_told_by_what_is_wrong(tmp_path, header, row, kind, message):
    dataset = table(tmp_path, header, [row(i) for i in range(100)])
    (problem,) = problems_of(tmp_path, dataset, kind)
    assert message in problem


@rare
def test_a_table_of_ten_thousand_columns_trains(tmp_path):
    draw = random.Random(0)
    names = ",".join(f"c{i}" for i in range(10_000))
    rows = [",".join([*(f"{draw.random():.2f}" for _ in range(10_000)), str(i % 2)]) for i in range(60)]
    dataset = table(tmp_path, f"{names},y", rows)

    def limit() -> None:  # Libraries reserve most of it and never touch it.
        resource.setrlimit(resource.RLIMIT_AS, (6_000_000_000, 6_000_000_000))

    (tmp_path / "x.yaml").write_text(
        f"name: x\ntasks: [{{kind: binary, dataset: {dataset}}}]\nactivation: relu\noutput: sigmoid\nloss: bce\n"
        "optimizer: adam\nlr: 0.01\nseeds: {tune: 1, final: 2}\nmodel: {hidden: [4]}\ntraining: {epochs: 2}\n"
    )
    answer = actloss("run", "x.yaml", cwd=tmp_path, preexec_fn=limit)
    assert answer.returncode == 0, answer.stderr
    assert "done: 3 trials" in answer.stderr


HOSTILE = "<script>alert(1)</script>\x1b[31m[bold]\u202e"


def test_what_strangers_wrote_into_results_is_shown_as_text(tiny_run, tmp_path):
    folder = shutil.copytree(tiny_run, tmp_path / "tiny")
    (tmp_path / "mine.py").write_text("raise SystemExit('imported')\n")
    text = HOSTILE.replace("'", "''")
    edit(
        folder / "results.sqlite",
        f"UPDATE pairings SET activation = '{text}' || activation;"
        "UPDATE pairings SET loss = 'python:mine:fn' WHERE loss = 'hinge';"
        f"UPDATE pairings SET invalid = '{text}' WHERE invalid != '';"
        f"UPDATE predictions SET reason = '{text}';",
    )
    answer = actloss("report", folder, "--no-figures", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert "\x1b" not in answer.stdout + answer.stderr
    assert "\u202e" not in answer.stdout + answer.stderr
    page = (folder / "report" / "index.html").read_text()
    assert "<script>alert(1)" not in page
    shown = actloss("export", folder, "--table", "pairings", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert "python:mine:fn" in shown.stdout


def test_nothing_in_the_package_unpickles_or_evaluates():
    """What reads files of others must have no way to run them."""
    banned = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "joblib"}
    for path in Path(actloss_cli.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert not banned & {name.name.split(".")[0] for name in node.names}, path
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] not in banned, path
            if isinstance(node, ast.Call):
                called = node.func
                name = called.id if isinstance(called, ast.Name) else ""
                if name in {"eval", "exec"}:  # only of text that stands there: nobody else's is in it
                    assert [type(text) for text in node.args] == [ast.Constant], f"{path}:{node.lineno}"
                if isinstance(called, ast.Attribute) and called.attr == "load":
                    owner = ast.unparse(called.value)
                    assert owner not in {"torch", "marshal", "yaml"}, f"{path}:{node.lineno}"
                    allowed = [ast.unparse(word.value) for word in node.keywords if word.arg == "allow_pickle"]
                    assert owner not in {"np", "numpy"} or allowed == ["False"], f"{path}:{node.lineno}"


def test_code_in_a_config_is_refused_and_never_imported(tmp_path):
    (tmp_path / "mine.py").write_text("raise SystemExit('imported')\n")
    (tmp_path / "x.yaml").write_bytes(SOUND + b"activation: 'python:mine:fn'\n")
    answers = [actloss(*verb, cwd=tmp_path) for verb in (("run", "x.yaml"), ("plan", "x.yaml"))]
    assert [answer.returncode for answer in answers] == [2, 2]
    assert {answer.stderr for answer in answers} == {
        "error: x.yaml:3:13: activation: 'python:mine:fn' is code of one's own, and nothing of it was imported\n"
        "hint: if you trust it, allow it with --allow-code: importing a module runs its code\n"
    }
