"""The code of what is recommended."""

from actloss_cli.datasets import load, split
from actloss_cli.plan.trial import Trial
from actloss_cli.recommend.answer import Finalist
from actloss_cli.recommend.candidates import list_candidates
from actloss_cli.recommend.question import Question
from actloss_cli.script.snippet import write_snippet


def snippet_of(question: Question, finalist: Finalist) -> str:
    """Lines of PyTorch to paste, at the finalist's learning rate."""
    task = question.task
    pairing = next(one for one in list_candidates(question.profile) if one.label == finalist.pairing)
    dataset = load(task.dataset, task.kind)
    trial = Trial(task, pairing, finalist.lr, "final", 0)
    n_train = len(split(dataset, "final", 0).y_train)
    return write_snippet(
        trial, dataset, n_train, f"{finalist.pairing}, as 'actloss recommend' found it for {task.label}"
    )
