"""The battery, part one: what every declaration says."""

import itertools
import math
import re

import pytest

from actloss_cli.catalogue import ACTIVATIONS, LOSSES, OPTIMIZERS

EVERY = [*ACTIVATIONS, *LOSSES, *OPTIMIZERS]


@pytest.mark.parametrize("spec", EVERY, ids=lambda spec: spec.name)
def test_it_has_a_formula_and_a_source_with_a_year_or_a_torch_class(spec):
    assert spec.formula
    assert re.search(r"\((1[0-9]{3}|20[0-9]{2})\)|torch\.|linear unit", spec.source)


@pytest.mark.parametrize("specs", [ACTIVATIONS, LOSSES, OPTIMIZERS], ids=["activations", "losses", "optimizers"])
def test_names_and_aliases_are_unique_and_plain(specs):
    names = list(itertools.chain.from_iterable((spec.name, *spec.aliases) for spec in specs))
    assert len(names) == len(set(names))
    assert all(name == name.lower() and name.replace("_", "").isalnum() for name in names)


def test_no_name_means_two_things():
    """`activation: mse` is told that mse is a loss, so a name must belong to one kind of function."""
    names = itertools.chain.from_iterable((spec.name, *spec.aliases) for spec in EVERY)
    assert sorted(names) == sorted(set(itertools.chain.from_iterable((s.name, *s.aliases) for s in EVERY)))


@pytest.mark.parametrize("spec", EVERY, ids=lambda spec: spec.name)
def test_every_default_is_one_that_a_config_may_give(spec):
    for name, default in spec.settings.items():
        if isinstance(default, str):
            assert default in spec.options_for(name)
        elif not isinstance(default, bool):
            parts = default if isinstance(default, tuple) else (default,)
            assert all(spec.limits_for(name).holds(part) for part in parts)
    assert set(spec.limits) | set(spec.options) <= set(spec.hyper)


@pytest.mark.parametrize("spec", ACTIVATIONS, ids=lambda spec: spec.name)
def test_a_range_is_an_interval_and_a_gain_a_positive_number(spec):
    reach = spec.range_for(spec.hyper)
    assert reach.low < reach.high
    assert spec.init_gain is None or 0 < spec.init_gain < math.inf
