"""The comparison of depth theory with measurement: what it reads from a run, what it says, what it draws."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from actloss_cli.catalogue import Choice
from actloss_cli.theory.depth import depth_properties
from studies import depth as command_line
from studies.depth_agreement import MEAN_OVER_ROWS, ONE_ROW, agreement_of
from studies.depth_measured import INITS, NARROW, WIDE, Compared, Networks, run_depths
from studies.depth_page import write_page


def made(activation="relu", init="kaiming", width=NARROW, depth=2, factor=1.0) -> Compared:
    theory = depth_properties(Choice.of(activation), init, depth, width=width)
    weights, deltas = theory.gradient_ratio * factor, theory.delta_rms[0] * factor
    spread = np.array([0.5, 1.0, 3.0])
    return Compared(activation, init, width, depth, tuple(weights * spread), tuple(deltas * spread), theory)


ALL = [
    made(activation, init, width, depth)
    for activation in ("relu", "sigmoid")
    for init in INITS
    for width in (NARROW, WIDE)
    for depth in (1, 4)
]


@pytest.mark.long
def test_a_real_run_gives_each_network_with_its_own_theory():
    found = run_depths([Networks(48, depths=(3,), n_seeds=3)], 2)
    assert [one.activation for one in found[:5]] == [*["identity"] * 4, "relu"]
    assert {one.init for one in found[:4]} == set(INITS)
    for one in found:
        assert len(one.weights) == len(one.deltas) == one.depth == len(one.theory.activation_rms) == 3
    row_by_row = agreement_of(found, ONE_ROW)
    assert row_by_row.n == len(found)
    assert row_by_row.correlation > 0.99
    assert row_by_row.largest_factor < 1.5
    assert agreement_of(found, MEAN_OVER_ROWS).correlation > 0.99


def test_agreement_is_of_medians_and_names_the_worst():
    worst = made("sigmoid", "torch", depth=4, factor=0.2)
    found = agreement_of([made(), made(factor=1.5), made("sigmoid"), worst], MEAN_OVER_ROWS)
    assert found.largest is worst
    assert found.largest_factor == pytest.approx(5)
    assert found.median_factor == pytest.approx(np.sqrt(1.5))


def test_what_float32_cannot_hold_is_left_out_and_said(tmp_path):
    lost = replace(ALL[-1], weights=(0.0, 0.0, 1e-40))
    assert lost.is_lost
    assert agreement_of([*ALL[:-1], lost], ONE_ROW).n == len(ALL) - 1
    write_page([*ALL[:-1], lost], tmp_path)
    assert "| below float32 |" in (tmp_path / "depth.md").read_text(encoding="utf-8")


def test_the_command_writes_page_and_figure(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command_line, "run_depths", lambda networks, n_workers: ALL)
    monkeypatch.setattr(sys, "argv", ["studies.depth", "--folder", str(tmp_path / "theory"), "--workers", "2"])
    command_line.main()
    page = Path(capsys.readouterr().out.strip()).read_text(encoding="utf-8")
    assert "within a factor of 1.0" in page
    assert page.count("| sigmoid | ") == len(INITS)
    assert "of 1 to 4 hidden layers" in page
    figure = (tmp_path / "theory" / "depth.svg").read_text(encoding="utf-8")
    assert figure.startswith("<?xml")
    assert "mathdefault" not in figure
    assert (tmp_path / "theory" / "depth.png").exists()
