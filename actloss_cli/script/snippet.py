"""A pairing as a few lines of plain PyTorch to paste: model, loss, optimizer and loop, for data that the reader has."""

from actloss_cli.datasets import Dataset
from actloss_cli.engine.head import head_for
from actloss_cli.plan.trial import Trial, is_plain_mlp
from actloss_cli.script.losses import loss_part
from actloss_cli.script.scoring import decision, target_lines
from actloss_cli.script.script import layer_calls, render
from actloss_cli.script.sources import Sources
from actloss_cli.script.updates import update_part

_TARGETS = {"regression": "numbers", "binary": "0 or 1", "multiclass": "class numbers from 0"}


def write_snippet(trial: Trial, dataset: Dataset, n_train: int, summary: str) -> str:
    """What trains this trial's pairing at its learning rate on arrays X and y; `summary` becomes its first comment.

    `n_train` is the number of rows that it was found on. Weights and order are drawn as torch draws them.
    """
    assert is_plain_mlp(trial.task.model), "what a recommendation is of"
    head = head_for(trial.task, trial.pairing, len(dataset.classes))
    sources, training = Sources(), trial.task.training
    n_features = dataset.X.shape[1]
    values = {
        "summary": summary,
        "n_features": n_features,
        "targets": _TARGETS[trial.task.kind],
        "classes": dataset.classes,
        "layers": layer_calls(trial, [n_features, *trial.task.model.hidden, head.n_units], n_train, sources),
        "target": target_lines(head, "y", seen=""),
        "loss": loss_part(head, False, sources),
        "update": update_part(trial, training.epochs * -(-n_train // training.batch_size), sources),
        "training": training,
        "decision": decision(head, trial.task.kind),
    }
    return render("snippet.py.j2", values, sources)
