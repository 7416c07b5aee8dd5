"""Three claims measured again in plain PyTorch, with data, loops and tests of their own: do the outcomes agree?

`python -m studies.claims_by_hand --results results` prints both; it exits with 1 where they differ.
"""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import stats
from sklearn.datasets import load_digits, make_friedman1
from torch import Tensor, nn

from actloss_cli.claims.load import load_claims
from actloss_cli.claims.suite import suite_on_results

Floats = NDArray[np.float64]
Model = Callable[[], nn.Sequential]

N_SEEDS = 8
RATES = (0.001, 0.003, 0.01, 0.03)
EPOCHS, BATCH = 20, 64
CLAIMS = Path("configs/claims.yaml")


def mlp(sizes: list[int], activation: type[nn.Module], output: nn.Module | None = None) -> nn.Sequential:
    """Linear layers with the activation between them."""
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(sizes):
        layers += [nn.Linear(n_in, n_out), activation()]
    return nn.Sequential(*layers[:-1], *([output] if output is not None else []))


def digits(seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Training and held-out rows of scikit-learn's digits, standardised."""
    X, y = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(y))
    X, y = (X[order] - X.mean(0)) / (X.std(0) + 1e-9), y[order]
    n = int(0.7 * len(y))
    rows, classes = torch.tensor(X, dtype=torch.float32), torch.tensor(y)
    return rows[:n], classes[:n], rows[n:], classes[n:]


def friedman(seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Training and held-out rows of Friedman's first function, targets standardised."""
    X, y = make_friedman1(2000, noise=1.0, random_state=seed)
    rows = torch.tensor((X - X.mean(0)) / X.std(0), dtype=torch.float32)
    targets = torch.tensor((y - y.mean()) / y.std(), dtype=torch.float32)[:, None]
    return rows[:1400], targets[:1400], rows[1400:], targets[1400:]


def train(
    model: nn.Module, data: tuple[Tensor, Tensor, Tensor, Tensor], loss: nn.Module, lr: float, seed: int
) -> Floats:
    """Adam; the held-out score after each epoch: accuracy, or R² of a regression."""
    X, y, X_held, y_held = data
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    generator = torch.Generator().manual_seed(seed)
    curve = []
    for _ in range(EPOCHS):
        for rows in torch.split(torch.randperm(len(X), generator=generator), BATCH):
            optimizer.zero_grad()
            loss(model(X[rows]), y[rows]).backward()
            optimizer.step()
        with torch.no_grad():
            u = model(X_held)
            right = (
                (u.argmax(1) == y_held).float().mean() if y.ndim == 1 else 1 - ((u - y_held) ** 2).mean() / y_held.var()
            )
        curve.append(float(right))
    return np.array(curve)


def curves(make: Model, data_of: Callable[[int], tuple[Tensor, Tensor, Tensor, Tensor]], loss: nn.Module) -> Floats:
    """`[n, E]` of the final seeds, at the rate that was best on other seeds."""

    def of(lr: float, seed: int) -> Floats:
        torch.manual_seed(seed)
        return train(make(), data_of(seed), loss, lr, seed)

    best = max(RATES, key=lambda lr: np.mean([of(lr, 1000 + seed)[-1] for seed in range(2)]))
    return np.stack([of(best, seed) for seed in range(N_SEEDS)])


def tanh_is_faster() -> tuple[float, float]:
    """C07: epochs to nine tenths of the better one's gain over chance, tanh over sigmoid."""
    loss = nn.CrossEntropyLoss()
    sides = [curves(partial(mlp, [64, 32, 32, 10], f), digits, loss) for f in (nn.Tanh, nn.Sigmoid)]
    target = 0.1 + 0.9 * (max(side[:, -1].mean() for side in sides) - 0.1)
    epochs = [np.where((side >= target).any(1), (side >= target).argmax(1) + 1, EPOCHS + 1) for side in sides]
    ratio = np.log(epochs[0] / epochs[1])
    p = stats.wilcoxon(ratio - np.log(1 / 1.1), alternative="less").pvalue
    return float(np.exp(np.median(ratio))), float(p)


def relu_output_loses() -> tuple[float, float]:
    """C17: R² with a ReLU on the output less that without."""
    outputs: tuple[nn.Module | None, ...] = (nn.ReLU(), None)
    sides = [curves(partial(mlp, [10, 32, 32, 1], nn.ReLU, out), friedman, nn.MSELoss()) for out in outputs]
    d = sides[0][:, -1] - sides[1][:, -1]
    return float(d.mean()), float(stats.ttest_1samp(d, -0.1, alternative="less").pvalue)


def sigmoid_vanishes() -> tuple[float, float]:
    """C05a: first over last layer's gradient, in 8 layers over 2, before training, under Xavier's initialisation."""
    logs = [[_gradient_ratio(depth, seed) for seed in range(N_SEEDS)] for depth in (8, 2)]
    d = np.log(logs[0]) - np.log(logs[1])
    return float(np.exp(d.mean())), float(stats.ttest_1samp(d, np.log(0.1), alternative="less").pvalue)


def _gradient_ratio(depth: int, seed: int) -> float:
    torch.manual_seed(seed)
    model = mlp([64, *[24] * depth, 10], nn.Sigmoid)
    linear = [layer for layer in model if isinstance(layer, nn.Linear)]
    for layer in linear:
        nn.init.xavier_normal_(layer.weight)
    X, y, *_ = digits(seed)
    loss = nn.functional.cross_entropy(model(X), y)
    first, last = torch.autograd.grad(loss, [linear[0].weight, linear[-1].weight])
    return float((first**2).mean().sqrt() / (last**2).mean().sqrt())


BY_HAND: dict[str, Callable[[], tuple[float, float]]] = {
    "C05a": sigmoid_vanishes,
    "C07": tanh_is_faster,
    "C17": relu_output_loses,
}
"""By claim: effect, and the one-sided p of the claim's contrary."""


def main() -> int:
    """Prints a line per claim; 1 where an outcome differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=Path("results"))
    suite = suite_on_results(load_claims(CLAIMS).only(set(BY_HAND)), parser.parse_args().results)
    differ = 0
    for outcome in suite.outcomes:
        effect, p = BY_HAND[outcome.claim.id]()
        by_hand = "supported" if p <= 0.05 / len(BY_HAND) else "not supported"
        differ += by_hand != outcome.result
        told = outcome.telling
        assert told is not None, "each of the three is tested on tasks"
        print(f"{outcome.claim.id}: by hand {by_hand}, effect {effect:.3g}, p {p:.2g}; ", end="")
        print(f"actloss {outcome.result}, effect {told.effect:.3g} on {told.label}")
    return int(differ > 0)


if __name__ == "__main__":
    sys.exit(main())
