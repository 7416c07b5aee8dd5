"""`actloss list`: what the catalogue and the datasets have."""

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from actloss_cli.catalogue import ActivationSpec, LossSpec, OptimizerSpec
    from actloss_cli.datasets import DatasetCard

Row = dict[str, Any]

_OTHER_DATASETS = "a dataset can also be openml:NAME, openml:ID or {csv: PATH, target: COLUMN}"


class Shelf(StrEnum):
    """What can be listed."""

    ACTIVATIONS = "activations"
    OUTPUTS = "outputs"
    LOSSES = "losses"
    OPTIMIZERS = "optimizers"
    DATASETS = "datasets"


_ROLES = {
    Shelf.ACTIVATIONS: "activation",
    Shelf.OUTPUTS: "output",
    Shelf.LOSSES: "loss",
    Shelf.OPTIMIZERS: "optimizer",
    Shelf.DATASETS: "dataset",
}


def list_catalogue(
    what: Annotated[Shelf, typer.Argument(help="Which part of the catalogue.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the functions and datasets that a config can name.

    Examples:
      actloss list losses
      actloss list datasets --json
    """
    rows = _READERS[what]()
    if as_json:
        import json

        typer.echo(json.dumps(rows, indent=2))
    else:
        from actloss_cli.cli.console import say, stdout
        from actloss_cli.report.plain_table import render_rows

        render_rows(stdout(), rows)
        if what is Shelf.DATASETS:
            say(_OTHER_DATASETS)
        _say_offered(what)


def _say_offered(what: Shelf) -> None:
    """What installed packages add, by its names: nothing of theirs is imported."""
    from actloss_cli.cli.console import say
    from actloss_cli.entry_points import offered

    names = [f"{name} ({point.dist.name})" if point.dist else name for name, point in offered(_ROLES[what]).items()]
    if names:
        say(f"installed packages offer as well: {', '.join(names)}")


def _activations() -> list[Row]:
    from actloss_cli.catalogue import ACTIVATIONS

    return [_activation_row(spec) for spec in ACTIVATIONS if spec.hidden]


def _outputs() -> list[Row]:
    from actloss_cli.catalogue import ACTIVATIONS

    return [_activation_row(spec) for spec in ACTIVATIONS if spec.output]


def _activation_row(spec: "ActivationSpec") -> Row:
    from actloss_cli.catalogue.gain import gain_for

    return {
        "name": spec.name,
        "aliases": list(spec.aliases),
        "formula": spec.formula,
        "range": str(spec.range_for(spec.hyper)),
        "acts": "along features" if spec.along_features else "per element",
        "parameters": dict(spec.settings),
        "learnable": dict(spec.learnable_for(spec.hyper)),
        "init gain": round(gain_for(spec, spec.hyper), 4),
        "source": spec.source,
    }


def _losses() -> list[Row]:
    from actloss_cli.catalogue import LOSSES

    return [_loss_row(spec) for spec in LOSSES]


def _loss_row(spec: "LossSpec") -> Row:
    return {
        "name": spec.name,
        "aliases": list(spec.aliases),
        "formula": spec.formula,
        "takes": spec.takes,
        "kinds": list(spec.codings),
        "targets": sorted({coding.target for coding in spec.codings.values()}),
        "domain": str(spec.domain),
        "parameters": dict(spec.settings),
        "scoring rule": spec.proper_for(spec.hyper),
        "source": spec.source,
    }


def _optimizers() -> list[Row]:
    from actloss_cli.catalogue import OPTIMIZERS

    return [_optimizer_row(spec) for spec in OPTIMIZERS]


def _optimizer_row(spec: "OptimizerSpec") -> Row:
    return {
        "name": spec.name,
        "aliases": list(spec.aliases),
        "formula": spec.formula,
        "lr range": list(spec.lr_range),
        "parameters": dict(spec.settings),
        "trains": "in stacks" if spec.stackable else "by the plain loop",
        "torch": spec.torch_name,
        "source": spec.source,
    }


def _datasets() -> list[Row]:
    from actloss_cli.datasets import CARDS
    from actloss_cli.datasets.at_hand import at_hand

    return [_dataset_row(card, at_hand(card)) for card in CARDS]


def _dataset_row(card: "DatasetCard", at_hand: str) -> Row:
    return {
        "name": card.name,
        "kind": card.kind,
        "rows": card.n_rows,
        "features": card.n_features,
        "classes": card.n_classes or None,
        "type": card.kind_of_source,
        "summary": card.summary,
        "at hand": at_hand,
        "licence": card.licence,
        "source": card.source,
    }


_READERS: dict[Shelf, Callable[[], list[Row]]] = {
    Shelf.ACTIVATIONS: _activations,
    Shelf.OUTPUTS: _outputs,
    Shelf.LOSSES: _losses,
    Shelf.OPTIMIZERS: _optimizers,
    Shelf.DATASETS: _datasets,
}
