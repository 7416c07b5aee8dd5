"""What each key of a config is for, in a line: for editors, and for the comments of a starter config."""

import ast
import inspect
from collections.abc import Mapping
from types import MappingProxyType

from actloss_cli.config.entries import ROLES
from actloss_cli.config.model_sections import ConvolutionSection, ModelSection, OwnModelSection, RecurrentSection
from actloss_cli.config.schema import (
    ConfigFile,
    CsvSection,
    LrGrid,
    OpenmlSection,
    Pattern,
    SeedsSection,
    TaskSection,
    TrainingSection,
    VerdictSection,
)
from actloss_cli.config.wording import LABEL_RULE
from actloss_cli.plan.thresholds import Thresholds

_GRID: Mapping[str, str] = {
    "activation": "The function inside the hidden layers.",
    "output": "The function after the last linear layer.",
    "loss": "What training makes small.",
    "optimizer": "What changes the weights.",
    "lr": "Learning rates: a log grid, one rate, or a list of rates.",
    "seeds": "How many seeds each phase has, and which.",
    "model": "The model, or a list of models, each of which makes a task of its own, named TASK/MODEL.",
    "training": "The budget of one training.",
    "exclude": "Pairings to leave out: patterns with the wildcards * and ?.",
}
_COLUMN = "The column to predict."
_MISSING = "What becomes of missing cells: an error, the mean of the training rows, or their rows are dropped."

_SHAPED = {
    "init": "How weights start: as torch's own layers, He's normal, Glorot's uniform, or LeCun's normal numbers.",
    "shape": "How a row lies, channels first: [channels, steps] or [channels, height, width]; by default as the data.",
    "as": "What tables call the model; in a list by default what tells it from the others.",
}


def _docs_of_fields(owner: type) -> dict[str, str]:
    """The docstring under each field of a class."""
    (definition,) = ast.parse(inspect.getsource(owner)).body
    assert isinstance(definition, ast.ClassDef)
    found = {}
    for field, following in zip(definition.body, definition.body[1:], strict=False):
        match field, following:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(doc))):
                found[name] = inspect.cleandoc(doc)
    return found


DESCRIPTIONS: Mapping[type, Mapping[str, str]] = MappingProxyType(
    {
        ConfigFile: {
            **_GRID,
            "name": "Of the run: its results go to results/NAME.",
            "tasks": "What is predicted on which data; a task may have any key of the top for itself alone.",
            "verdict": "The numbers that verdicts hang on.",
        },
        TaskSection: {
            **_GRID,
            "kind": "What is predicted: a number, one of two classes, or one of several.",
            "dataset": "A name of 'actloss list datasets', a CSV file of your own, or a dataset of OpenML.",
            "label": f"What tables call the task; by default the dataset's name: {LABEL_RULE}.",
        },
        CsvSection: {
            "csv": "A file with a header line; a relative path starts from the config's folder.",
            "target": _COLUMN,
            "missing": _MISSING,
        },
        OpenmlSection: {
            "openml": "A name or id of openml.org; fetched once.",
            "target": f"{_COLUMN} By default the one that OpenML names.",
            "missing": _MISSING,
        },
        LrGrid: {
            "points": "How many rates, evenly spaced by their logarithm.",
            "from": "The lowest; with 'to'. By default each optimizer has a range of its own.",
            "to": "The highest.",
        },
        SeedsSection: {
            "tune": "Seeds on which learning rates are compared, on validation rows.",
            "final": "Fresh seeds that give the reported numbers, on test rows.",
            "set": "Which seeds: another number repeats the experiment on seeds that share nothing with these.",
        },
        ModelSection: {
            "hidden": "The width of each hidden layer; [] makes a linear model.",
            "init": "How weights start: as nn.Linear's, He's normal, Glorot's uniform, or LeCun's normal numbers.",
            "kind": "A plain MLP, or one in which each hidden layer but the first is added to what it was given.",
            "norm": "What normalises each hidden layer's pre-activations: nothing, batch or layer normalisation.",
            "as": "What tables call the model; in a list by default what tells it from the others.",
        },
        ConvolutionSection: {
            **_SHAPED,
            "kind": "Convolutions over a sequence, or over an image.",
            "channels": "Of what each convolution gives; the activation follows each.",
            "kernel": "Places that a filter spans along each dimension; there is no padding.",
            "stride": "Places from one filter position to the next.",
        },
        RecurrentSection: {
            **_SHAPED,
            "kind": "A cell h' = f(W x + U h + b) that reads a sequence step by step, f the activation.",
            "width": "The numbers of its state.",
        },
        OwnModelSection: {
            "kind": "A factory of your own code, python:MODULE:NAME; imported with --allow-code alone.",
            "as": _SHAPED["as"],
        },
        TrainingSection: {
            "epochs": "Passes over the training rows.",
            "batch_size": "Rows of one step.",
        },
        Pattern: {
            "task": "Its name; the label alone covers it under each of its models.",
            "kind": "Of the task.",
            "dataset": "Its name.",
            **dict.fromkeys(ROLES, "Its name or label."),
        },
        VerdictSection: _docs_of_fields(Thresholds),
    }
)
"""By section and key, as the key is written."""
