"""What the benchmark keeps of its measurements, and how its page tells them: bars, ratios, sessions."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import __main__ as command_line
from benchmarks.bars import bars_of
from benchmarks.contenders.actloss_command import CommandRun
from benchmarks.contenders.names import FLOOR, JAX
from benchmarks.contenders.timed import Timed
from benchmarks.effort import QUICK
from benchmarks.machine import Machine
from benchmarks.measured import Measured, measure, read_measured, write_measured
from benchmarks.measurements.agreement import Agreement
from benchmarks.measurements.contest import Contest
from benchmarks.measurements.jax_sample import JaxChoice, JaxSample
from benchmarks.measurements.loop_floor import PACKED, LoopFloor
from benchmarks.measurements.main_grid import MainGrid
from benchmarks.measurements.scaling import Scaling
from benchmarks.measurements.sizes import SizeCell
from benchmarks.page import write_page

ROOT = Path(__file__).resolve().parent.parent


def made_run(seconds: float, n: int) -> CommandRun:
    return CommandRun(Timed(seconds, n, 1_000_000), seconds, 500)


NOW = Machine("2026-01-01T00:00:00+00:00", "python -m benchmarks", "actloss 1, commit abc", {"cores": "2"})
LATER = replace(NOW, started="2026-02-02T00:00:00+00:00", code="actloss 1, commit def")
AGREE = Agreement(JAX, "moons", 100, 0.9, 0.9, 50, 50)


def made_up() -> Measured:
    parts = ("contest", "loop_floor", "scaling", "sizes", "main_grid")
    choice = JaxChoice(28, {"a pairing": 900.0, "all activations": 300.0, "a task": 20.0})
    jax = JaxSample(1.0, Timed(12, 500, 100_000, 4, 6), 70, 10, 20, 1_000_000)
    return Measured(
        dict.fromkeys(parts, NOW),
        contest=Contest(
            "job.yaml",
            18,
            [made_run(10, 5040)] * 2,
            {JAX: [Timed(25, 5040, 1_000_000, 5, 18)] * 2},
            [AGREE],
            choice,
        ),
        loop_floor=[LoopFloor(PACKED, 3, [8.0, 8.0], [2.0, 4.0])],
        scaling=Scaling([made_run(4, 3)], {1000: [made_run(10, 1000)], 10_000: [made_run(64, 10_000)]}),
        sizes=[SizeCell(8, 1, 64, 256, [10.0], [300.0]), SizeCell(512, 4, 64, 2, [330.0], [300.0])],
        main_grid=MainGrid(
            "grid.yaml", 2870, [made_run(23, 9000)], [Timed(4.6, 240, 10_000)], [0.5], [AGREE], [jax], choice
        ),
    )


def page_of(measured: Measured, folder: Path) -> str:
    write_page(measured, folder)
    return (folder / "performance.md").read_text(encoding="utf-8")


def test_bars_are_met_or_not_by_their_medians():
    bars = {bar.what: bar for bar in bars_of(made_up())}
    jax_s = 1 + 4 * 20 / 10 + 6 * 1_000_000 / 100_000
    expected = {
        "grid.yaml, whole command: times as fast as the plain loop, joblib": (20.0, True, False),
        f"grid.yaml, whole command: times as fast as {JAX}": (jax_s / 23, True, True),
        f"job.yaml, whole command: times as fast as {JAX}": (2.5, True, False),
        "training loop: time over that of its matrix products alone": (3.0, True, False),
        "cost per trial from 1,000 trials on, start included: the highest over the lowest": (10 / 6.4, False, False),
        "cost per trial from 1,000 trials on, start taken off: the highest over the lowest": (1.0, True, False),
        "size grid, slowest cell: time over that of the plain loop": (1.1, False, False),
        "grid.yaml: memory of the largest process": (500, True, False),
        "grid.yaml, complete: the same command again": (0.5, True, False),
    }
    assert {what: (bar.is_met, bar.is_aim_met) for what, bar in bars.items()} == {
        what: tuple(flags) for what, (_, *flags) in expected.items()
    }
    for what, (median, *_) in expected.items():
        assert bars[what].measured.median == pytest.approx(median), what


def test_a_contender_whose_scores_disagree_gets_no_ratio_but_the_reason(tmp_path: Path):
    measured = made_up()
    wrong = replace(AGREE, n_close=40)
    contest, grid = (replace(part, agreement=[wrong]) for part in (measured.contest, measured.main_grid))
    measured = replace(measured, contest=contest, main_grid=grid)
    (bar, other) = (bar for bar in bars_of(measured) if JAX in bar.what)
    assert (bar.measured, bar.is_met, bar.is_aim_met) == (None, False, False)
    assert bar.why_not == other.why_not == "its scores disagree on moons"
    page = page_of(measured, tmp_path)
    assert page.count("no ratio: its scores disagree on moons") == 4
    assert "| 2.5 |" not in page
    assert JAX not in (tmp_path / "performance" / "contenders.svg").read_text(encoding="utf-8")


def test_the_page_says_how_far_from_a_bar_anyone_could_get(tmp_path: Path):
    measured = made_up()
    for products_us, verdict in ((20, "so the bar of 2x is out of reach"), (10, "which the bar of 2x leaves room for")):
        others = measured.contest.others | {FLOOR: [Timed(products_us, 0, 1_000_000)] * 2}
        page = page_of(replace(measured, contest=replace(measured.contest, others=others)), tmp_path)
        assert f"would be {25 / products_us:g}x" in page
        assert verdict in page
    assert "A run starts in 4 s, however many trials follow" in page
    assert "if that took 1.20 s" in page  # 6 ms a trial without the start, of which a fifth is 1.2 s in 1,000


def test_the_page_is_written_from_the_raw_numbers_alone(tmp_path: Path):
    raw = tmp_path / "measured.json"
    write_measured(made_up(), raw)
    assert read_measured(raw) == made_up()
    page = page_of(read_measured(raw), tmp_path)
    assert "| 512 | 4 | 64 | 2 | 330 | 300 | 0.909 | **slower** |" in page
    assert page.count("**not met**") == 2
    figure = (tmp_path / "performance" / "contenders.svg").read_text(encoding="utf-8")
    assert figure.startswith("<?xml")
    assert "The same trials, 2 ways" in figure
    assert str(ROOT) not in page


def test_the_page_tells_jaxs_compilation_execution_and_choice_of_programs(tmp_path: Path):
    page = page_of(made_up(), tmp_path)
    assert "Of JAX's 25 s (25-25), each process compiles for 5 s (5-5) and executes for 18 s (18-18)." in page
    assert "1 s the start, 8 s compiling 20 programs, 60 s execution" in page
    assert "(a pairing 900 s, all activations 300 s, a task 20 s)" in page


def test_a_page_of_one_session_says_once_when_it_was(tmp_path: Path):
    page = page_of(made_up(), tmp_path)
    assert page.count(NOW.started) == 1
    assert "commit abc" in page


def test_a_page_of_several_sessions_says_for_each_part_when_and_of_which_commit_it_was_measured(tmp_path: Path):
    measured = made_up()
    page = page_of(replace(measured, machines=measured.machines | {"sizes": LATER}), tmp_path)
    sections = {text.splitlines()[0]: text for text in page.split("\n## ")[1:]}
    assert "Measured 2026-02-02T00:00:00+00:00, actloss 1, commit def." in sections["Over sizes"]
    assert "Measured 2026-01-01T00:00:00+00:00, actloss 1, commit abc." in sections["Cost against work"]
    assert "For Over sizes:" in sections["Machine"]
    assert sections["Machine"].count("| command |") == 2


def test_a_part_that_is_measured_anew_takes_the_place_of_its_old_numbers_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("benchmarks.measured.describe_machine", lambda *_: LATER)
    fresh = [SizeCell(1, 2, 3, 4, [5.0], [6.0])]
    monkeypatch.setattr("benchmarks.measured.measure_sizes", lambda *_: fresh)
    kept = []
    found = measure(QUICK, ["sizes"], 2, None, made_up(), lambda measured, part: kept.append((measured, part)))
    assert kept == [(found, "sizes")]
    assert found == replace(made_up(), sizes=fresh, machines=made_up().machines | {"sizes": LATER})


def test_only_adds_to_what_the_folder_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    raw = tmp_path / "performance" / "measured.json"
    raw.parent.mkdir()
    write_measured(made_up(), raw)
    monkeypatch.setattr("benchmarks.measured.measure_sizes", lambda *_: [])
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--only", "sizes", "--folder", str(tmp_path)])
    monkeypatch.setattr("benchmarks.bars._flatness", lambda *_: [])
    monkeypatch.setattr(command_line, "write_page", lambda measured, folder: None)
    command_line.main()
    found = json.loads(raw.read_text())
    assert found["sizes"] == []
    assert found["contest"]["n_pairings"] == 18
    assert found["machines"]["contest"]["started"] == NOW.started
    assert found["machines"]["sizes"]["started"] != NOW.started


def test_a_quick_look_is_refused_for_the_docs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(command_line, "measure", lambda *_: pytest.fail("was measured"))
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--quick"])
    with pytest.raises(SystemExit) as stop:
        command_line.main()
    assert stop.value.code == 2
    assert "--quick is for a look; name another --folder than docs" in capsys.readouterr().err
