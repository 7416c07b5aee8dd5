"""Whatever stands in a config, loading it gives a config or the documented errors, and nothing else."""

import os
from pathlib import Path
from random import Random

import pytest
import yaml
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from actloss_cli.config.load import load_config
from actloss_cli.errors import ExitCode, UserError

N_INPUTS = int(os.environ.get("N_INPUTS", "2000"))

_KNOWN = """
name tasks kind dataset activation output loss optimizer lr seeds model training exclude verdict label as points from to
tune final hidden init epochs batch_size csv target missing openml margin looks relu softmax all adam sgd momentum bce
mse moons digits friedman1 binary multiclass regression identity sigmoid elu alpha python:os:system ../x nan inf error
"""
WORDS = _KNOWN.split()
ODD = (
    "",
    "\x00",
    "\x1b[31m",
    "\u202e",
    "\U0001f600",
    "\ud800",
    "1e-3",
    "0x1f",
    "~",
    "<<",
    "a" * 300,
    "a\nb",
    "'",
    "- ",
)
USUAL = {
    "name": ("x", "my-grid"),
    "activation": ("relu", ["relu", "tanh"], "all", {"name": "elu", "alpha": [0.5, 1.0]}),
    "output": ("identity", ["identity", "sigmoid"]),
    "loss": ("mse", ["mse", "mae"], {"binary": ["bce"]}),
    "optimizer": ("adam", {"name": "sgd", "momentum": [0, 0.9]}),
    "lr": (0.1, [0.1, 0.01], {"points": 3}, {"points": 4, "from": 0.001, "to": 1.0}),
    "seeds": ({"tune": 2, "final": 3},),
    "model": ({"hidden": [8]}, {"hidden": [], "init": "lecun"}),
    "training": ({"epochs": 3, "batch_size": 16},),
    "exclude": ([{"loss": "mse"}], []),
    "verdict": ({"margin": 0.1}, {"looks": 2}),
}
BYTES = b"[]{}:,-&*!|>'\"#%@`? \n\tab1.~\\\x00\xff\xc3"


def any_value(random: Random, depth: int = 0) -> object:
    """A value that YAML can hold: a word that configs know, an odd text, a number, or some of these nested."""
    match random.randrange(9 if depth < 3 else 7):
        case 0 | 1 | 2:
            return random.choice(WORDS)
        case 3:
            return random.choice(ODD)
        case 4:
            return random.choice((None, True, False, 0, -1, 10**30, 0.5, float("nan"), float("inf"), -0.0, 1e400))
        case 5:
            return random.randrange(-3, 300)
        case 6:
            return "".join(chr(random.randrange(1, 0x2FF)) for _ in range(random.randrange(5)))
        case 7:
            return [any_value(random, depth + 1) for _ in range(random.randrange(4))]
        case _:
            return {random.choice(WORDS): any_value(random, depth + 1) for _ in range(random.randrange(4))}


def some_config(random: Random) -> object:
    """Mostly a sound config, with some values that are not."""
    spoilt = random.random() * 0.4

    def value(key: str) -> object:
        return any_value(random) if random.random() < spoilt else random.choice(USUAL[key])

    def task() -> object:
        head = (
            {"kind": "binary", "dataset": "moons"}
            if random.random() < 0.7
            else {"kind": "regression", "dataset": "moons"}
        )
        own = {key: value(key) for key in USUAL if key not in ("name", "verdict") and random.random() < 0.1}
        return any_value(random) if random.random() < spoilt / 2 else head | own

    config: dict[str, object] = {key: value(key) for key in USUAL if random.random() < 0.4}
    config |= {"name": value("name"), "tasks": [task() for _ in range(random.randrange(1, 3))]}
    return config | ({str(any_value(random)): any_value(random)} if random.random() < spoilt else {})


def some_text(seed: int) -> bytes:
    """A config's bytes: written from values or thrown together, often with a slip of the editor in it."""
    random = Random(seed)
    if random.random() < 0.1:
        return bytes(random.choice(BYTES) for _ in range(random.randrange(80)))
    flow = random.choice((None, True, False))
    text = yaml.safe_dump(some_config(random), allow_unicode=random.random() < 0.5, default_flow_style=flow)
    content = text.encode("utf-8", "surrogatepass")
    if random.random() < 0.4:
        place = random.randrange(len(content) + 1)
        new = bytes(random.choice(BYTES) for _ in range(random.randrange(4)))
        content = content[:place] + new + content[place + random.randrange(4) :]
    return content


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / "x.yaml"


@settings(max_examples=N_INPUTS, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**64))
def test_only_the_documented_errors_come_out(path: Path, seed: int) -> None:
    content = some_text(seed)
    note(repr(content))
    path.write_bytes(content)
    try:
        load_config(str(path)).resolved()
    except UserError as refusal:
        error = refusal
    else:
        return
    assert error.code == ExitCode.USAGE
    assert error.problems
    for problem in error.problems:
        str(problem).encode()  # half a character would break it
        assert problem.message


def test_a_fair_share_of_the_inputs_is_sound_and_most_are_not(path):
    sound = 0
    for seed in range(200):
        path.write_bytes(some_text(seed))
        try:
            load_config(str(path))
        except UserError:
            continue
        sound += 1
    assert 10 <= sound <= 150
