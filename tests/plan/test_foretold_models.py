"""What is foretold of plain MLPs by their depth or their linearity is not said of models that it is not true of."""

from pathlib import Path

import pytest

from actloss_cli.config.expansion import expand
from actloss_cli.config.load import load_config
from actloss_cli.plan.foretold import foretell
from actloss_cli.plan.plan import make_plan
from actloss_cli.theory.notice import NoticeName

TEXT = """\
name: x
tasks: [{kind: binary, dataset: moons}]
activation: [sigmoid, identity]
output: sigmoid
loss: bce
optimizer: sgd
model:
  - {hidden: [32, 32], as: plain}
  - {hidden: [32, 32], norm: batch, as: batch}
  - {hidden: [32, 32], norm: layer, as: layer}
  - {hidden: [32, 32], kind: residual, as: residual}
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory):
    path: Path = tmp_path_factory.mktemp("config") / "x.yaml"
    path.write_text(TEXT)
    return make_plan(expand(load_config(str(path))))


def test_fading_gradients_are_foretold_of_the_plain_mlp_alone(plan):
    rules = {
        one.id.split("/")[1]: foretold.prediction.rule
        for one, foretold in zip(plan.pairings, foretell(plan), strict=True)
        if "/sigmoid/sigmoid/" in one.id
    }
    none = "nothing speaks against it"
    assert rules == {"plain": "vanishing gradient", "batch": none, "layer": none, "residual": none}


def test_identity_makes_a_linear_model_unless_layers_are_normalised_row_by_row(plan):
    noticed = {
        one.id.split("/")[1]
        for one in plan.pairings
        if any(notice.name is NoticeName.NO_NONLINEARITY for notice in one.notices)
    }
    assert noticed == {"plain", "batch", "residual"}
