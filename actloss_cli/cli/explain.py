"""`actloss explain`: what theory says of an output, a loss and an activation, before anything is trained."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from actloss_cli.cli.completion import complete_dataset, completing
from actloss_cli.cli.options import idle_options

if TYPE_CHECKING:
    from actloss_cli.catalogue import Kind
    from actloss_cli.datasets import Dataset
    from actloss_cli.theory.card import Card
    from actloss_cli.theory.simple_fits import SimpleFits


class KindOption(StrEnum):
    """What is predicted."""

    REGRESSION = "regression"
    BINARY = "binary"
    MULTICLASS = "multiclass"


_DEPTH, _INIT, _CLASSES = 2, "torch", 10
_FUNCTION = "A name, or YAML such as '{name: focal, gamma: 1}'."


def explain(
    output: Annotated[
        str, typer.Option("--output", help=f"The output activation. {_FUNCTION}", autocompletion=completing("output"))
    ],
    loss: Annotated[str, typer.Option("--loss", help=f"The loss. {_FUNCTION}", autocompletion=completing("loss"))],
    task: Annotated[KindOption | None, typer.Option("--task", help="The kind of task; a dataset has its own.")] = None,
    activation: Annotated[
        str | None,
        typer.Option(
            "--activation", help="What the hidden layers are made of.", autocompletion=completing("activation")
        ),
    ] = None,
    depth: Annotated[
        int | None, typer.Option("--depth", min=1, max=64, help=f"Hidden layers: {_DEPTH} if not said.")
    ] = None,
    init: Annotated[
        str | None, typer.Option("--init", help=f"How weights start, as in a config: {_INIT} if not said.")
    ] = None,
    optimizer: Annotated[
        str | None,
        typer.Option("--optimizer", help="What trains the hidden layers.", autocompletion=completing("optimizer")),
    ] = None,
    classes: Annotated[
        int | None,
        typer.Option("--classes", min=2, max=1000, help=f"Of a multiclass task: {_CLASSES} if not said."),
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(
            "--dataset",
            help="Hold it against the targets of one that 'actloss list' shows.",
            autocompletion=complete_dataset,
        ),
    ] = None,
    figure: Annotated[
        Path | None, typer.Option("--figure", metavar="STEM", help="Draw it too, as STEM.png and STEM.svg.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what follows from the functions alone, with the verdict that theory predicts. Trains nothing.

    docs/theory.md has the definition and the source of every line.

    Examples:
      actloss explain --task binary --output sigmoid --loss mse
      actloss explain --dataset digits --output softmax --loss cross_entropy
      actloss explain --task binary --output tanh --loss hinge --activation relu
    """
    from actloss_cli.config.choice_option import read_choices
    from actloss_cli.theory.card import HiddenLayers
    from actloss_cli.theory.card import explain as explain_pairing

    _refuse_idle(
        None if activation else {"--depth": depth, "--init": init, "--optimizer": optimizer},
        None if task is KindOption.MULTICLASS and dataset is None else {"--classes": classes},
    )
    chosen = read_choices({"output": output, "loss": loss, "activation": activation, "optimizer": optimizer})
    data = None if dataset is None else _load(dataset, task)
    hidden = None
    if activation is not None:
        hidden = HiddenLayers(chosen["activation"], depth or _DEPTH, _known_init(init or _INIT))
    card = explain_pairing(
        data.kind if data is not None else _kind(task),
        chosen["output"],
        chosen["loss"],
        n_classes=(classes or _CLASSES) if task is KindOption.MULTICLASS else 2,
        hidden=hidden,
        optimizer=chosen.get("optimizer"),
        dataset=data,
        fits=None if data is None else _fits(data),
    )
    if as_json:
        from actloss_cli.report.explain_json import card_json

        typer.echo(card_json(card), nl=False)
    else:
        from actloss_cli.cli.console import stdout
        from actloss_cli.report.explain_view import render_card

        render_card(stdout(), card)
    if figure is not None:
        _draw(card, figure)


def _refuse_idle(of_hidden: Mapping[str, object] | None, of_classes: Mapping[str, object] | None) -> None:
    """Raises for options, by name, that are given where they would change nothing."""
    from actloss_cli.errors import UserError

    idle = [
        *idle_options(of_hidden or {}, "says nothing without --activation", "name what the hidden layers are made of"),
        *idle_options(
            of_classes or {},
            "is for --task multiclass without --dataset",
            "two classes are binary; a dataset has its own",
        ),
    ]
    if idle:
        raise UserError(*idle)


def _kind(task: KindOption | None) -> "Kind":
    from actloss_cli.errors import user_error

    if task is None:
        raise user_error(
            "what is predicted is not said", hint="give --task regression, binary or multiclass, or --dataset"
        )
    return task.value


def _known_init(init: str) -> str:
    from actloss_cli.config.wording import nearest_or_all
    from actloss_cli.errors import user_error
    from actloss_cli.theory.init_variance import INIT_VARIANCES

    if init not in INIT_VARIANCES:
        hint = nearest_or_all(init, list(INIT_VARIANCES), "there are")
        raise user_error(f"unknown init '{init}'", where=f"--init {init}", hint=hint)
    return init


def _load(name: str, task: KindOption | None) -> "Dataset":
    from actloss_cli.datasets import DatasetError, DatasetRef, find_card, load
    from actloss_cli.errors import user_error

    try:
        card = find_card(name)
        return load(DatasetRef(card.name), task.value if task is not None else card.kind)
    except DatasetError as error:
        raise user_error(error.message, where=f"--dataset {name}", hint=error.hint) from None


def _fits(dataset: "Dataset") -> "SimpleFits":
    from actloss_cli.theory.simple_fits import fit_simply

    return fit_simply(dataset)


def _draw(card: "Card", stem: Path) -> None:
    from actloss_cli.cli.console import say
    from actloss_cli.errors import user_error
    from actloss_cli.report.canvas import house_style, save_figure
    from actloss_cli.report.explain_figure import draw_card

    with house_style():
        figure = draw_card(card)
        if figure is None:
            say("nothing to draw: the pairing is invalid, and no activation is named")
            return
        try:
            paths = save_figure(figure, stem)
        except OSError as error:
            reason = error.strerror or "unwritable"
            raise user_error(f"can't be written: {reason}", where=f"--figure {stem}") from None
    say(f"wrote {' and '.join(map(str, paths))}")
