"""Arrays that are unpacked many at once are those that are unpacked one by one, and damage in one of them shows."""

import zlib

import numpy as np
import pytest

from actloss_cli.errors import UserError
from actloss_cli.store.blobs import pack, unpack_all
from actloss_cli.store.reader import read_run
from actloss_cli.store.unpacked import Unpacked, stack_arrays


def unpacked(tiny_run, *arrays):
    """Of trials a, b, .. of a task with arrays `[2, 3]`."""
    rows = {name: row for row, name in enumerate("abcd"[: len(arrays)])}
    blobs = [None if array is None else pack(array) for array in arrays]
    return Unpacked(tiny_run / "results.sqlite", rows, ["moons"] * len(arrays), blobs, {"moons": (2, 3)})


def test_arrays_unpacked_together_are_those_unpacked_one_by_one(tiny_run):
    run = read_run(tiny_run)
    for arrays in (run.row_scores, run.diagnostics):
        of_task = run.trials["pairing_id"].map(run.pairings["task"])
        trials = [trial for trial in arrays if of_task[trial] == of_task.iloc[0]]
        np.testing.assert_array_equal(stack_arrays(arrays, trials), [arrays[trial] for trial in trials])


def test_a_trial_without_an_array_has_none(tiny_run):
    arrays = unpacked(tiny_run, np.zeros(6), None)
    assert list(arrays) == ["a"]
    assert len(arrays) == 1
    assert "b" not in arrays
    with pytest.raises(KeyError):
        arrays["b"]
    with pytest.raises(KeyError):
        arrays.stack(["a", "b"])


def test_arrays_whose_values_only_add_up_together_are_damage(tiny_run):
    arrays = unpacked(tiny_run, np.zeros(5), np.zeros(7))
    with pytest.raises(UserError, match="an array has values too few or too many"):
        arrays.stack(["a", "b"])


def test_arrays_of_bytes_that_only_add_up_together_are_refused():
    whole = pack(np.zeros(2))
    cut = [zlib.compress(bytes(3)), zlib.compress(bytes(5))]
    with pytest.raises(ValueError, match="ends within a value"):
        unpack_all([whole, *cut])
