"""What is taken out of our modules stands alone, and does what it does in its place."""

import numpy as np
import pytest
import torch

from actloss_cli.catalogue import LOSSES
from actloss_cli.datasets import CARDS, DatasetRef, load
from actloss_cli.datasets.at_hand import AtHand, at_hand
from actloss_cli.script.rows import rows_for
from actloss_cli.script.sources import NotStandAlone, Sources, without_underscores


def namespace_of(sources):
    text = "\n\n\n".join([*sources.imports.values(), *sources.definitions.values()])
    assert "actloss" not in text
    found = {}
    exec(without_underscores(text), found)
    return found


HERE = [card for card in CARDS if at_hand(card) == AtHand.YES]


@pytest.mark.parametrize("card", HERE, ids=lambda card: card.name)
def test_a_script_has_the_very_rows_of_its_dataset(card):
    ref = DatasetRef(card.name)
    dataset, sources = load(ref, card.kind), Sources()
    rows = rows_for(ref, dataset, sources)
    X, y = eval(rows.call, namespace_of(sources)) if rows.call else (rows.arrays["X"], rows.arrays["y"])
    assert X.dtype == dataset.X.dtype
    np.testing.assert_array_equal(X, dataset.X)
    np.testing.assert_array_equal(y, dataset.y)


def test_only_corrupted_and_wrapped_data_lie_beside_a_script():
    saved = [c.name for c in HERE if not rows_for(DatasetRef(c.name), load(DatasetRef(c.name), c.kind), Sources()).call]
    assert set(saved) <= {"friedman1_outliers", "moons_label_noise", "digits_label_noise", "mnist_5k"}


@pytest.mark.parametrize("spec", LOSSES, ids=lambda spec: spec.name)
def test_a_loss_taken_out_gives_what_it_gives_in_its_place(spec):
    sources = Sources()
    name = sources.add(spec.per_sample, "taken_out", spec.formula)
    coding = next(iter(spec.codings.values()))
    u = torch.rand(6, 3 if coding.per_class else 1, generator=torch.Generator().manual_seed(0))
    target = torch.tensor([0, 1, 2, 0, 1, 2]) if coding.target == "index" else (u > 0.5).float()
    found = namespace_of(sources)[name.lstrip("_")](u, target, **spec.hyper)
    assert torch.equal(found, spec.per_sample(u, target, **spec.hyper))


def test_what_is_imported_on_a_condition_can_not_be_taken_out():
    mnist = next(card for card in CARDS if card.name == "mnist_5k")
    with pytest.raises(NotStandAlone):
        Sources().add(mnist.load)


def test_a_name_keeps_its_underscore_where_the_bare_one_is_taken():
    text = "def _a(b):\n    return b\n\n\ndef _b(b):\n    return _a(b)\n"
    assert without_underscores(text) == "def a(b):\n    return b\n\n\ndef _b(b):\n    return a(b)\n"
