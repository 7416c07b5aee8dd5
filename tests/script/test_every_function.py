"""Every function of the catalogue: its script is plain code that ends as the plain loop does."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from actloss_cli.catalogue import ACTIVATIONS, OPTIMIZERS, Choice
from actloss_cli.datasets import DatasetRef, load
from actloss_cli.engine.plain import PlainTraining
from actloss_cli.plan.validity import invalid_reason
from actloss_cli.script.script import write_script
from tests.battery.cases import LOSS_CASES, OPTIMIZER_CASES, USUAL_OUTPUTS
from tests.engine.builders import make_trial
from tests.script.test_reproduction import ending_of

pytestmark = pytest.mark.long

DATASETS = {"regression": "diabetes", "binary": "breast_cancer", "multiclass": "iris"}


def trial_on(kind, **functions):
    """A short one on real rows."""
    ref = DatasetRef(DATASETS[kind])
    trial = make_trial(kind, lr=1e-3, phase="final", hidden=(8,), batch_size=64, epochs=1, init="kaiming", **functions)
    return replace(trial, task=replace(trial.task, dataset=ref, fingerprint=load(ref, kind).fingerprint))


def every_trial():
    """One for each function, and for each setting of losses and of one optimizer, on a kind that has it."""
    for spec in ACTIVATIONS:
        if spec.hidden:
            yield trial_on("multiclass", activation=spec.name)
        if spec.output:
            yield trial_on("multiclass", output=spec.name, loss="mse")
    for case in OPTIMIZER_CASES:
        if not case.choice.overrides or case.spec is OPTIMIZERS[0]:
            yield trial_on("regression", optimizer=case.choice)
    yield trial_on("regression", optimizer=Choice.of("lbfgs", {"line_search_fn": "strong_wolfe", "clip": "norm"}))
    for case in LOSS_CASES:
        for kind in case.spec.codings:
            fitting = (
                trial
                for output in USUAL_OUTPUTS
                if not invalid_reason((trial := trial_on(kind, output=output, loss=case.choice)).pairing, kind)
            )
            yield from list(fitting)[:1]


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    """Trials with the paths of their scripts."""
    folder = tmp_path_factory.mktemp("scripts")
    found = []
    for i, trial in enumerate(every_trial()):
        dataset = load(trial.task.dataset, trial.task.kind)
        script = write_script(trial, dataset, diverges=False, explanation="Explained. " * 30)
        path = folder / f"trial_{i:03}.py"
        path.write_text(script.text)
        assert not script.arrays
        found.append((trial, path))
    return found


def test_every_script_ends_as_the_plain_loop_does(scripts):
    runner = Path(__file__).with_name("runner.py")
    command = [sys.executable, runner, *(path for _, path in scripts)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(lines) == len(scripts) > 120
    for (trial, _), line in zip(scripts, lines, strict=True):
        plain = PlainTraining(trial, load(trial.task.dataset, trial.task.kind)).run()
        ending = ending_of(line)
        assert ending.diverged_epoch == plain.diverged_epoch, trial.pairing.label
        if not ending.diverged_epoch:
            assert ending.score == pytest.approx(plain.metrics["score"], rel=1e-7, abs=1e-7), trial.pairing.label


def test_every_script_is_formatted_and_names_nothing_that_it_lacks(scripts):
    rules = "E,F,W,I,B,C4,UP,SIM,RET,PERF,PIE"
    ruff = [sys.executable, "-m", "ruff"]
    paths = [path for _, path in scripts]
    options = ["--isolated", "--no-cache", "--line-length", "120"]
    checked = subprocess.run([*ruff, "check", "--select", rules, *options, *paths], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout[-3000:]
    formatted = subprocess.run([*ruff, "format", "--diff", *options, *paths], capture_output=True, text=True)
    assert formatted.returncode == 0, formatted.stdout[-3000:]


def test_a_script_reads_as_one_would_write_it():
    trial = trial_on("multiclass", activation=Choice.of("leaky_relu", {"negative_slope": 0.2}), optimizer="sgd")
    text = write_script(trial, load(trial.task.dataset, "multiclass"), diverges=False, explanation="x").text
    for line in (
        "from sklearn.datasets import load_iris",
        "        nn.Linear(4, 8),",
        "        nn.LeakyReLU(negative_slope=0.2),",
        "        nn.Linear(8, 3),",
        "    X, y = load_iris(return_X_y=True)",
        "    target = torch.from_numpy(y)",
        "    loss_fn = nn.CrossEntropyLoss()",
        "    optimizer = torch.optim.SGD(model.parameters(), lr=0.001)",
        "            loss = loss_fn(model(X[rows]), target[rows])",
        "            loss.backward()",
        "    score = balanced_accuracy_score(y[test], outputs.argmax(1))",
    ):
        assert line in text.splitlines(), line
    assert len(text.splitlines()) < 120
