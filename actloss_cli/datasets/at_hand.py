"""Whether a dataset can be loaded right now, or what has to happen first. Imports no module that a dataset needs."""

from enum import StrEnum
from importlib.util import find_spec

from actloss_cli.datasets.cache import is_stored
from actloss_cli.datasets.dataset import DatasetCard


class AtHand(StrEnum):
    """What loading takes, as `actloss list datasets` shows it."""

    YES = "yes"
    TO_INSTALL = "pip install 'actloss-cli[data]'"
    TO_FETCH = "fetched when first used"


def at_hand(card: DatasetCard) -> AtHand:
    """What loading the card's dataset takes here: nothing, a package, or a connection.

    A fetched dataset that is in the cache needs nothing else.
    """
    fetched = card.kind_of_source == "fetched"
    if fetched and is_stored(card.name):
        return AtHand.YES
    if not all(find_spec(module) for module in card.needs):
        return AtHand.TO_INSTALL
    return AtHand.TO_FETCH if fetched else AtHand.YES
