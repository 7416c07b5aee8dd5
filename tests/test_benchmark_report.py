"""What the benchmark of reports measures of a process."""

import subprocess
import sys

import pytest

from benchmarks.report import measure


def test_a_process_is_measured_with_the_memory_that_it_held():
    cost = measure([sys.executable, "-c", "held = b'x' * 300_000_000"])
    assert 0.3 < cost.memory_gb < 0.4
    assert cost.wall_s > 0
    assert cost.cpu_s > 0


def test_a_process_that_fails_is_no_measurement():
    with pytest.raises(subprocess.CalledProcessError):
        measure([sys.executable, "-c", "raise SystemExit(3)"])
