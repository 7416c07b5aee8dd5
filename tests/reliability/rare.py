"""The mark of tests that take long and differ little from others: `make faults` runs them too."""

import os

import pytest

rare = pytest.mark.skipif(os.environ.get("EVERY_FAULT") != "1", reason="takes long: in make faults")
