"""Every task of the catalogue can be learnt by a small network, and some of them by no line."""

import pytest

from actloss_cli.datasets import DatasetCard, find_card
from tests.datasets.learners import linear_score, mlp_score, neighbour_score

BENT = ["sine", "counts", "circles", "xor", "two_spirals", "gaussian_quantiles", "three_spirals"]
"""A line learns next to nothing of these."""


def share_above_floor(score: float, card: DatasetCard) -> float:
    """0 for the trivial predictor, 1 for a perfect one."""
    floor = 1 / card.n_classes if card.n_classes else 0.0
    return (score - floor) / (1 - floor)


def test_a_small_network_learns_it(card: DatasetCard) -> None:
    # Where training targets are corrupted, the faster rate fits the errors too.
    assert any(share_above_floor(mlp_score(card.name, lr=lr), card) > 0.4 for lr in (1e-2, 1e-3))


@pytest.mark.parametrize("name", BENT)
def test_a_line_does_not_learn_what_asks_for_bending(name: str) -> None:
    assert share_above_floor(linear_score(name), find_card(name)) < 0.2


@pytest.mark.parametrize("name", ["circles", "xor", "two_spirals", "three_spirals"])
def test_neighbours_know_the_class_in_the_plane(name: str) -> None:
    assert neighbour_score(name) > 0.9


def test_imbalanced_can_be_learnt_well_but_not_fully_and_not_by_a_line() -> None:
    assert 0.85 < mlp_score("imbalanced", lr=1e-3) < 0.95
    assert linear_score("imbalanced") < 0.75
