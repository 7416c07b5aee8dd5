"""Code to paste trains under every head that is recommended, and predicts in the targets' own terms."""

import numpy as np
import pytest
import torch

from actloss_cli.catalogue import KINDS, Choice
from actloss_cli.plan.trial import Pairing, Task, TrainingSpec, Trial
from actloss_cli.plan.validity import invalid_reason
from actloss_cli.recommend.candidates import ACTIVATIONS, HEADS, OPTIMIZERS
from actloss_cli.script.snippet import write_snippet
from tests.engine.builders import make_dataset

STANDARD = HEADS["regression"][0]
PAIRINGS = [
    ("regression", Pairing(ACTIVATIONS[0], STANDARD.output, STANDARD.loss, optimizer)) for optimizer in OPTIMIZERS
] + [
    (kind, pairing)
    for kind in KINDS
    for head, activation in zip(HEADS[kind], 2 * ACTIVATIONS, strict=False)
    if not invalid_reason(pairing := Pairing(activation, head.output, head.loss, Choice.of("adam")), kind)
]


@pytest.mark.parametrize(("kind", "pairing"), [pytest.param(*one, id=f"{one[0]}-{one[1].label}") for one in PAIRINGS])
def test_pasted_code_runs_and_predicts_every_row(kind, pairing):
    dataset = make_dataset(kind)
    task = Task("toy", kind, None, dataset.fingerprint, training=TrainingSpec(epochs=2))
    code = write_snippet(Trial(task, pairing, 0.01, "final", 0), dataset, 64, "toy")
    names = {"X": dataset.X, "y": np.abs(dataset.y)}
    torch.manual_seed(0)
    exec(code, names)
    predicted = names["predicted"]
    assert predicted.shape == (len(dataset.y),)
    assert torch.isfinite(predicted).all()
    if kind != "regression":
        assert set(predicted.tolist()) <= set(range(len(dataset.classes)))
