"""Settings are tried on PyTorch's own classes: what these say against a value is what the user is told."""

import subprocess
import sys

import pytest
import torch

from actloss_cli.catalogue import OPTIMIZERS
from actloss_cli.config.torch_check import refusal

ODD = (-1.0, -1e-9, 0.0, 0.5, 1.0, 2.0, 1e9, float("nan"), "odd", None, True)
ODD += ((0.9, 1.0), (-0.1, 0.9), (1.2, 0.5), (0.5, 1.2), (1e-6, 50.0))


def said_of(spec, hyper):
    """By the class itself, whole."""
    try:
        weights = [(name, torch.zeros(2, 2, requires_grad=True)) for name in ("hidden", "last")]
        spec.torch_class(weights, lr=1e-3, **hyper, **spec.torch_kwargs)
    except Exception as error:
        return (str(error) or type(error).__name__).splitlines()[0]
    return ""


@pytest.mark.parametrize("spec", OPTIMIZERS, ids=lambda spec: spec.name)
def test_an_optimizer_refuses_what_its_class_refuses(spec):
    values = [{}, *({name: value} for name in spec.hyper for value in ODD)]
    answers = {str(changed): refusal(spec, {**spec.hyper, **changed}) for changed in values}
    assert answers == {str(changed): said_of(spec, {**spec.hyper, **changed}) for changed in values}
    assert answers["{}"] == ""


def test_settings_are_tried_without_importing_the_compiler():
    program = (
        "import sys\nfrom actloss_cli.catalogue import OPTIMIZERS\nfrom actloss_cli.config.torch_check import refusal\n"
        "sgd = next(spec for spec in OPTIMIZERS if spec.name == 'sgd')\n"
        "print(refusal(sgd, {**sgd.hyper, 'momentum': -1.0}), 'torch._dynamo' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "Invalid momentum value: -1.0 False"
