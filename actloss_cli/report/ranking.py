"""The orders in which pairings are shown: lists by score on the test set; what is called best, by validation."""

import pandas as pd

from actloss_cli.analysis.pairing_order import best_first
from actloss_cli.analysis.pairing_row import FUNCTIONS
from actloss_cli.analysis.verdicts import MISMATCHED, VerdictName


def pairing_label(pairing: pd.Series) -> str:
    """`relu/sigmoid/bce/adam`, as `actloss show` takes it."""
    return "/".join(str(pairing[role]) for role in FUNCTIONS)


def rank_pairings(pairings: pd.DataFrame) -> pd.DataFrame:
    """Best score first, ties by name; a pairing without a score comes last."""
    return best_first(pairings, "score")


def trained(pairings: pd.DataFrame) -> pd.DataFrame:
    """Without those that the plan found invalid."""
    return pairings[pairings["verdict"] != VerdictName.INVALID]


def best_pairings(pairings: pd.DataFrame, n: int) -> pd.DataFrame:
    """The first n of the ranking that have a score."""
    return rank_pairings(pairings[pairings["score"].notna()]).head(n)


def best_on_validation(pairings: pd.DataFrame, n: int) -> pd.DataFrame:
    """The n with the best validation score, ties by name: choosing by test score would flatter what is chosen."""
    pool = pairings[pairings["validation_score"].notna()]
    return best_first(pool, "validation_score").head(n)


def worst_mismatched(pairings: pd.DataFrame, n: int) -> pd.DataFrame:
    """The last n of the ranking among pairings that were trained and are mismatched; in ranking order."""
    pool = trained(pairings)
    return rank_pairings(pool[pool["verdict"].isin(MISMATCHED)]).tail(n)
