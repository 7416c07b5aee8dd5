"""The battery, part three: a stacked trial's weights are the plain loop's, in both precisions.

After 20 steps of every function of the head and the layers, after 50 of every optimizer.
"""

from operator import itemgetter

import pytest
import torch

from actloss_cli.catalogue import KINDS, Choice
from actloss_cli.engine.plain import PlainTraining
from actloss_cli.engine.train import StackedTraining
from tests.battery.cases import HIDDEN_CASES, LOSS_HEADS, OUTPUT_HEADS, STACKED_OPTIMIZER_CASES, has_a_pole
from tests.engine.builders import make_dataset, make_trial

EPOCHS, OPTIMIZER_EPOCHS, STEPS_A_EPOCH = 4, 10, 5
TOLERANCE = {torch.float32: 3e-4, torch.float64: 1e-9}
"""Double precision shows that the mathematics is the same. In single precision Adam's division by |g| can turn the
rounding of one gradient near 0 into a thousand times as much: mish's are 1e-4 apart, the others' 1e-6."""
BOTH = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])


def in_both(heads, case_of):
    """Each head in double precision; in single as well where its function has its defaults."""
    return [(*head, torch.float64) for head in heads] + [
        (*head, torch.float32) for head in heads if not case_of(head).choice.overrides
    ]


def name(value):
    return getattr(value, "label", str(value)).removeprefix("torch.")


DATASETS = {kind: make_dataset(kind) for kind in KINDS}


def plain_weights(model):
    """In the stack's order: weight and bias of each linear layer, then what activations learn."""
    modules = sorted(model, key=lambda module: not isinstance(module, torch.nn.Linear))
    return [parameter.detach() for module in modules for parameter in module.parameters()]


def assert_same_weights(trial, kind, dtype, neighbours=()):
    dataset = DATASETS[kind]
    trials = sorted([trial, *neighbours], key=lambda t: t.pairing.activation.label)
    stacked, plain = StackedTraining(trials, dataset, dtype=dtype), PlainTraining(trial, dataset, dtype=dtype)
    for epoch in range(trial.task.training.epochs):
        for training in (stacked, plain):
            training.train_epoch(epoch, STEPS_A_EPOCH)
    found, expected = stacked.model.parameters_of(trials.index(trial)), plain_weights(plain.model)
    for one, other in zip(found, expected, strict=True):
        difference = (one.reshape(other.shape) - other).abs().max()
        assert float(difference / other.abs().max()) <= TOLERANCE[dtype]


@pytest.mark.parametrize(("case", "dtype"), in_both([(case,) for case in HIDDEN_CASES], itemgetter(0)), ids=name)
def test_every_activation_trains_as_in_the_plain_loop(case, dtype):
    neighbours = [make_trial("binary", other, lr=0.1, seed=1, epochs=EPOCHS) for other in ("relu", "tanh", "prelu")]
    assert_same_weights(make_trial("binary", case.choice, epochs=EPOCHS), "binary", dtype, neighbours)


@pytest.mark.parametrize(("kind", "case", "loss", "dtype"), in_both(OUTPUT_HEADS, itemgetter(1)), ids=name)
def test_every_output_trains_as_in_the_plain_loop(kind, case, loss, dtype):
    assert_same_head(kind, case.choice, loss, dtype)


@pytest.mark.parametrize(("kind", "output", "case", "dtype"), in_both(LOSS_HEADS, itemgetter(2)), ids=name)
def test_every_loss_trains_as_in_the_plain_loop(kind, output, case, dtype):
    assert_same_head(kind, output, case.choice, dtype)


def assert_same_head(kind, output, loss, dtype):
    lr = 1e-6 if has_a_pole(output, loss) else 1e-2
    trials = [
        make_trial(kind, "tanh", output, loss, "sgd", lr=rate, seed=seed, epochs=EPOCHS)
        for seed, rate in enumerate((lr, lr / 10))
    ]
    assert_same_weights(trials[0], kind, dtype, trials[1:])


@pytest.mark.parametrize(
    ("case", "dtype"), in_both([(case,) for case in STACKED_OPTIMIZER_CASES], itemgetter(0)), ids=name
)
def test_every_optimizer_trains_as_in_the_plain_loop(case, dtype):
    trials = [
        make_trial("binary", activation, optimizer=case.choice, lr=lr, seed=seed, epochs=OPTIMIZER_EPOCHS)
        for seed, (activation, lr) in enumerate([("prelu", 1e-3), ("silu", 1e-2)])
    ]
    assert_same_weights(trials[0], "binary", dtype, trials[1:])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adafactor"])
@BOTH
def test_every_kind_trains_as_in_the_plain_loop(kind, optimizer, dtype):
    assert_same_weights(
        make_trial(kind, "elu", optimizer=Choice.of(optimizer), lr=1e-3, epochs=OPTIMIZER_EPOCHS), kind, dtype
    )
