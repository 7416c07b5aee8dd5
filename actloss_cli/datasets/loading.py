"""From what a config names to rows: looks the card up, reads the CSV or asks OpenML, and checks the kind asked for."""

import difflib
from functools import lru_cache
from pathlib import Path

from actloss_cli.catalogue.spec import Kind
from actloss_cli.datasets.cache import cached_path, openml_name
from actloss_cli.datasets.cards import CARDS
from actloss_cli.datasets.dataset import Dataset, DatasetCard, DatasetRef
from actloss_cli.datasets.error import DatasetError, quoted
from actloss_cli.datasets.offered import offered_card

_LISTING = "see 'actloss list datasets'"


def find_card(name: str) -> DatasetCard:
    """The card of that name, in any case, hyphens as underscores, or else of what a package offers under it.

    Raises `DatasetError`.
    """
    cards = {card.name: card for card in CARDS}
    folded = name.strip().lower().replace("-", "_").replace(" ", "_")
    if folded in cards:
        return cards[folded]
    if folded.endswith((".csv", ".tsv")):
        raise DatasetError(
            f"unknown dataset {quoted(name)}", "for a file of your own write dataset: {csv: PATH, target: COLUMN}"
        )
    if card := offered_card(name.strip()):
        return card
    near = difflib.get_close_matches(folded, cards, n=1)
    raise DatasetError(f"unknown dataset {quoted(name)}", f"did you mean '{near[0]}'? {_LISTING}" if near else _LISTING)


def source_files(ref: DatasetRef) -> list[Path]:
    """The files on this machine, beside installed packages, that the rows come from."""
    if ref.csv:
        return [Path(ref.csv)]
    if ref.openml:
        return [cached_path(openml_name(ref.openml))]
    card = find_card(ref.name)
    return [cached_path(card.name)] if card.kind_of_source == "fetched" else []


@lru_cache(maxsize=16)
def load(ref: DatasetRef, kind: Kind) -> Dataset:
    """The rows, read-only, of a catalogue dataset, a user's CSV or a dataset of OpenML.

    Loaded once per process: a CSV that changes meanwhile is not read again. Raises `DatasetError`, also for the wrong
    kind.
    """
    # pandas is slow to import, and only tables from outside need it.
    if ref.openml:
        from actloss_cli.datasets.openml import load_openml

        return load_openml(ref, kind)
    if ref.csv:
        from actloss_cli.datasets.csv_dataset import load_csv

        return load_csv(ref, kind)
    card = find_card(ref.name)
    if card.kind != kind:
        fitting = ", ".join(other.name for other in CARDS if other.kind == kind)
        raise DatasetError(
            f"dataset '{card.name}' is for {card.kind}, not {kind}",
            f"write kind: {card.kind}, or take one for {kind}: {fitting}",
        )
    return card.load()
