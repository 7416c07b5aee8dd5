"""What the benchmark of reports measures of a process."""

import subprocess
import sys

import pytest

from benchmarks.report import measure


def test_a_process_is_measured_with_the_memory_that_it_held():
    # from a process of its own, since what a child may be told to have held includes what its parent did
    code = """
import sys
from benchmarks.report import measure
cost = measure([sys.executable, "-c", "held = b'x' * 500_000_000"])
print(cost.memory_gb, cost.wall_s, cost.cpu_s)
"""
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    memory_gb, wall_s, cpu_s = map(float, answer.stdout.split())
    assert 0.5 < memory_gb < 0.6
    assert wall_s > 0
    assert cpu_s > 0


def test_a_process_that_fails_is_no_measurement():
    with pytest.raises(subprocess.CalledProcessError):
        measure([sys.executable, "-c", "raise SystemExit(3)"])
