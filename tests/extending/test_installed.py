"""What installed packages offer: by entry points, by the package of optimizers; imported where it is named alone."""

import os
import sys

import pytest

from actloss_cli import catalogue
from actloss_cli.catalogue import Choice, UnknownFunction, lookup
from actloss_cli.engine.plain import PlainTraining
from actloss_cli.entry_points import offered
from actloss_cli.extending.installed import OPTIMIZERS_PREFIX, REFUSED
from actloss_cli.extending.loading import is_foreign, load
from tests.engine.builders import make_dataset, make_trial
from tests.extending.modules import SOUND

needs_package = pytest.mark.requires("pytorch_optimizer")
ENTRY_POINTS = """\
[actloss.activations]
twice_tanh = offered_functions:twice_tanh
relu = offered_functions:unit

[actloss.losses]
broken = offered_broken:loss
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A distribution as pip leaves it: modules, and metadata beside them."""
    (tmp_path / "offered_functions.py").write_text(SOUND)
    (tmp_path / "offered_broken.py").write_text("1 / 0\n")
    metadata = tmp_path / "offered-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: offered\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    sys.modules.pop("offered_functions", None)
    for names in (lookup._ACTIVATIONS, lookup._HIDDEN):
        names.pop("twice_tanh", None)


def test_an_entry_point_is_found_by_its_plain_name_and_imported_when_it_is_named(package):
    assert set(offered("activation")) >= {"twice_tanh", "relu"}
    assert is_foreign("activation", "twice_tanh")
    assert "offered_functions" not in sys.modules
    loaded = load("activation", "twice_tanh", [])
    assert (loaded.spec.name, loaded.spec.fault, loaded.code.file) == (
        "twice_tanh",
        "",
        str(package / "offered_functions.py"),
    )


def test_what_is_offered_for_hidden_layers_is_no_output(package):
    load("activation", "twice_tanh", [])
    with pytest.raises(UnknownFunction, match="unknown output 'twice_tanh'"):
        catalogue.find_output("twice_tanh")


def test_no_package_replaces_a_function_of_the_catalogue(package):
    assert not is_foreign("activation", "relu")


def test_a_package_that_can_not_be_imported_is_named(package):
    with pytest.raises(UnknownFunction) as refusal:
        load("loss", "broken", [])
    assert refusal.value.message == "'broken' can't be imported: ZeroDivisionError: division by zero"
    assert refusal.value.hint == "mend or remove offered, which offers 'broken' as offered_broken:loss"


def _names():
    """A few of them; all with EVERY_OPTIMIZER=1, as make optimizers has it."""
    try:
        from pytorch_optimizer import get_supported_optimizers
    except ModuleNotFoundError:
        return []
    names = sorted(set(get_supported_optimizers()) - set(REFUSED))
    every = os.environ.get("EVERY_OPTIMIZER") == "1"
    return names if every else [name for name in names if name in ("fadam", "lion", "muon", "prodigy", "soap")]


@needs_package
@pytest.mark.parametrize("name", _names())
def test_an_optimizer_of_the_package_trains_a_small_trial(name):
    """To its end, and to other losses than before; at one rate amid its range, so not always to lower ones."""
    loaded = load("optimizer", OPTIMIZERS_PREFIX + name, [])
    assert loaded.spec.fault == ""
    low, high = loaded.spec.lr_range
    choice = Choice.of(loaded.spec.name, code=loaded.code)
    trial = make_trial("regression", optimizer=choice, lr=(low * high) ** 0.5, epochs=2, hidden=(8,), batch_size=64)
    outcome = PlainTraining(trial, make_dataset("regression")).run()
    assert outcome.status == "done"
    assert outcome.curves["train_loss"][1] != outcome.curves["train_loss"][0]


@needs_package
def test_what_is_not_for_one_dense_model_is_refused_with_the_reason():
    with pytest.raises(UnknownFunction) as refusal:
        load("optimizer", "pytorch_optimizer:sophiah", [])
    assert refusal.value.message == (
        "'pytorch_optimizer:sophiah' asks for second derivatives, which the training loop doesn't make"
    )
    with pytest.raises(UnknownFunction) as refusal:
        load("optimizer", "pytorch_optimizer:lyon", [])
    assert (refusal.value.message, refusal.value.hint) == (
        "pytorch_optimizer has no optimizer 'lyon'",
        "did you mean 'lion'?",
    )
