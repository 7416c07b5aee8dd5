"""A trial whose model is no plain MLP gets no script, and is told why."""

import pytest

from actloss_cli.errors import UserError
from actloss_cli.plan.trial import ModelSpec
from actloss_cli.script.script import write_script
from tests.engine.builders import make_dataset, make_trial


@pytest.mark.parametrize(
    "model", [ModelSpec((8, 8), kind="residual"), ModelSpec(norm="batch"), ModelSpec(norm="layer")]
)
def test_a_model_with_more_than_linear_layers_and_activations_is_refused(model):
    with pytest.raises(UserError) as caught:
        write_script(make_trial(model=model), make_dataset("binary"), diverges=False, explanation="")
    assert [str(problem) for problem in caught.value.problems] == [
        "error: the model of task 'toy' is more than linear layers and activations"
        "\nhint: scripts are written of plain MLPs: take a trial of a task with 'kind: mlp' and 'norm: none'"
    ]
