"""The search for garbage rests for a while, and goes on as before."""

import gc

import pytest

from actloss_cli.collecting import without_collecting


@without_collecting()
def fail():
    assert not gc.isenabled()
    raise KeyError


def test_collecting_rests_and_goes_on_even_after_an_error():
    with pytest.raises(KeyError):
        fail()
    assert gc.isenabled()


def test_whoever_collects_nothing_is_left_alone():
    gc.disable()
    try:
        with without_collecting():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
