"""How often one pairing is called changed on other seeds, by the comparison that `actloss compare` makes."""

from collections.abc import Sequence

import numpy as np

from actloss_cli.analysis.changes import moved_beyond_noise
from actloss_cli.seeding import derive_seed
from studies.rates import Bound, Rate
from studies.real_scores import RealPairing, RealTask

DISJOINT = "disjoint"
N_SEEDS = 10
AT_MOST = Bound(0.0, 0.08)
"""16 of 200; 10 are expected of a test at 5 %, and more than 16 come in one case of forty."""


def measure_disjoint(tasks: Sequence[RealTask], repetitions: int) -> Rate:
    """Two disjoint sets of seeds of the same pairing, every pairing in turn."""
    pairings = [pairing for task in tasks for pairing in (task.reference, *task.others)]
    rng = np.random.default_rng(derive_seed("studies", DISJOINT))
    count = sum(_is_called_changed(pairings[k % len(pairings)], rng) for k in range(repetitions))
    return Rate(DISJOINT, "same pairing, other seeds", N_SEEDS, "different", count, repetitions, AT_MOST)


def _is_called_changed(pairing: RealPairing, rng: np.random.Generator) -> bool:
    one, other = rng.permutation(len(pairing.score))[: 2 * N_SEEDS].reshape(2, N_SEEDS)
    return moved_beyond_noise(pairing.score[one], pairing.score[other])
