"""How a run packs, orders and spreads its trials never shows: random grids, through the whole command."""

import os
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actloss_cli.catalogue import ACTIVATIONS, OPTIMIZERS
from actloss_cli.store.reader import read_run
from tests.tiny_grid import actloss, actloss_from_scratch

pytestmark = pytest.mark.long

HEADS = {
    "friedman1": ("regression", "identity", ["mse", "huber", "quantile"]),
    "moons": ("binary", "identity", ["bce_with_logits", "hinge", "cross_entropy"]),
    "digits": ("multiclass", "identity", ["cross_entropy", "mse"]),
}


@st.composite
def grids(draw):
    """A config with a few functions of each sort, among them what the plain loop trains."""
    dataset = draw(st.sampled_from(sorted(HEADS)))
    kind, output, losses = HEADS[dataset]

    def some(names, most):
        return draw(st.lists(st.sampled_from(names), min_size=2, max_size=most, unique=True))

    return {
        "name": "drawn",
        "tasks": [{"kind": kind, "dataset": dataset}],
        "activation": some([spec.name for spec in ACTIVATIONS if spec.hidden], 5),
        "output": [output],
        "loss": some(losses, 2),
        "optimizer": some([spec.name for spec in OPTIMIZERS], 3),
        "lr": {"points": 3},
        "seeds": {"tune": draw(st.integers(1, 3)), "final": 2},
        "model": {"hidden": draw(st.sampled_from([[], [8], [24, 7], [16, 16, 16]]))},
        "training": {"epochs": 2, "batch_size": draw(st.sampled_from([20, 64, 500]))},
    }


def run(grid, folder: Path, *, workers: int, threads: int) -> pd.DataFrame:
    """Into the folder, on top of what lies there."""
    folder.mkdir(exist_ok=True)
    (folder / "drawn.yaml").write_text(yaml.safe_dump(grid))
    command = ("run", "drawn.yaml", "--results", "r", "--workers", workers)
    if threads == 1:
        answer = actloss(*command, cwd=folder)
    else:
        environment = os.environ | {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
        answer = actloss_from_scratch(*command, cwd=folder, env=environment)
    assert answer.returncode == 0, answer.stderr
    found = read_run(folder / "r" / "drawn")
    assert found.n_missing == 0
    return found.trials.drop(columns="elapsed_s").sort_index()


@settings(max_examples=int(os.environ.get("N_GRIDS", "1")), deadline=None, suppress_health_check=list(HealthCheck))
@given(grids(), st.randoms(use_true_random=False))
def test_packing_order_workers_threads_and_resumes_dont_show(tmp_path_factory, grid, random):
    folder = tmp_path_factory.mktemp("grid")
    whole = run(grid, folder / "whole", workers=2, threads=1)

    shuffled = {
        key: random.sample(value, len(value)) if isinstance(value, list) else value for key, value in grid.items()
    }
    other = run(shuffled, folder / "shuffled", workers=1, threads=2)
    pd.testing.assert_frame_equal(other, whole, check_exact=True)

    part = shuffled | {"activation": shuffled["activation"][:1], "seeds": {"tune": 1, "final": 2}}
    run(part, folder / "resumed", workers=2, threads=1)
    resumed = run(grid, folder / "resumed", workers=2, threads=1)
    pd.testing.assert_frame_equal(resumed, whole, check_exact=True)
