"""Trains one share of the groups with JAX: vmap over rates and seeds, scan over steps and epochs, one jit a group.

    python jax_train.py FOLDER SHARE CORE

Stands alone: it runs in an environment that has jax and numpy and nothing of actloss. Features first, `[H, B]`, and
rows gathered once per epoch and seed, which is the fastest of the layouts that were tried; so is the lower level of
optimisation, which compiles sooner and runs as fast.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false --xla_backend_optimization_level=1"
os.environ["JAX_PLATFORMS"] = "cpu"
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {int(sys.argv[3])})

import jax
import jax.numpy as jnp
import numpy as np

Array: TypeAlias = jax.Array
Params: TypeAlias = list[tuple[Array, Array]]
"""Weight `[O, I]` and bias `[O, 1]` of each layer."""
State: TypeAlias = tuple[Params, Any]
"""Parameters, and what the optimizer keeps beside them."""

ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "identity": lambda z: z,
    "relu": jax.nn.relu,
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
}


def mean_loss(params: Params, x: Array, target: Array, weights: Array, kind: str, activation: str) -> Array:
    """X `[D, B]`, target `[C, B]`, weights `[B]`."""
    z = outputs(params, x, activation)
    if kind == "multiclass":
        losses = -jnp.sum(target * jax.nn.log_softmax(z, 0), 0)
    elif kind == "binary":
        losses = (jnp.logaddexp(0.0, z) - target * z)[0]
    else:
        losses = jnp.square(z - target)[0]
    return jnp.sum(losses * weights)


def outputs(params: Params, x: Array, activation: str) -> Array:
    """`[D, B]` to pre-activations `[C, B]`."""
    *hidden, (W, b) = params
    for V, c in hidden:
        x = ACTIVATIONS[activation](V @ x + c)
    return W @ x + b


def score(params: Params, x: Array, target: Array, kind: str, activation: str) -> Array:
    """R² or balanced accuracy; NaN where an output is not finite."""
    z = outputs(params, x, activation)
    if kind == "regression":
        found = 1 - jnp.sum(jnp.square(z - target)) / jnp.sum(jnp.square(target - target.mean()))
    else:
        if kind == "binary":
            true, said = jnp.concatenate([1 - target, target]), jnp.concatenate([z <= 0, z > 0])
        else:
            true, said = target, z == z.max(0)
        found = jnp.mean(jnp.sum(true * said, 1) / jnp.sum(true, 1))
    return jnp.where(jnp.isfinite(z).all(), found, jnp.nan)


def adam_step(state: State, grads: Params, lr: Array) -> State:
    """As torch.optim.Adam with its defaults."""
    params, (first, second, n) = state
    n += 1
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, grads)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, grads)
    size, root = lr / (1 - 0.9**n), jax.lax.rsqrt(1 - 0.999**n)
    params = jax.tree.map(lambda p, m, v: p - size * m / (jnp.sqrt(v) * root + 1e-8), params, first, second)
    return params, (first, second, n)


def sgd_step(state: State, grads: Params, lr: Array, momentum: float) -> State:
    """As torch.optim.SGD; the velocity is kept where there is momentum."""
    params, velocity = state
    if not momentum:
        return jax.tree.map(lambda p, g: p - lr * g, params, grads), velocity
    velocity = jax.tree.map(lambda v, g: momentum * v + g, velocity, grads)
    return jax.tree.map(lambda p, v: p - lr * v, params, velocity), velocity


def make_program(group: dict[str, Any]) -> Any:
    """Of one group: data and weights of all seeds, rates `[L]` to last validation scores `[S, L]`."""
    kind, activation = group["kind"], group["activation"]
    loss = partial(mean_loss, kind=kind, activation=activation)
    metric = partial(score, kind=kind, activation=activation)
    is_adam = group["optimizer"] == "adam"
    take_step = adam_step if is_adam else partial(sgd_step, momentum=group["momentum"])

    def train_seed(seed: dict[str, Any], lrs: Array, weights: Array) -> dict[str, Array]:
        def start(_: Array) -> State:
            zeros = jax.tree.map(jnp.zeros_like, seed["params"])
            return seed["params"], ((zeros, zeros, 0.0) if is_adam else zeros)

        def epoch(states: State, rows: Array) -> tuple[State, Array]:  # rows (K, B)
            xs, targets = (seed[name][rows].swapaxes(1, 2) for name in ("X_train", "y_train"))  # (K, D, B)

            def step(states: State, batch: tuple[Array, Array, Array]) -> tuple[State, None]:
                x, target, weight = batch

                def one(state: State, lr: Array) -> State:
                    return take_step(state, jax.grad(loss)(state[0], x, target, weight), lr)

                return jax.vmap(one)(states, lrs), None

            states, _ = jax.lax.scan(step, states, (xs, targets, weights))
            return states, jax.vmap(metric, (0, None, None))(states[0], seed["X_validation"].T, seed["y_validation"].T)

        states, curve = jax.lax.scan(epoch, jax.vmap(start)(lrs), seed["rows"])
        last = {"validation": jnp.where(jnp.isfinite(curve).all(0), curve[-1], jnp.nan)}
        if "X_test" in seed:
            last["test"] = jax.vmap(metric, (0, None, None))(states[0], seed["X_test"].T, seed["y_test"].T)
        return last

    def train(chunks: dict[str, Any], lrs: Array, weights: Array) -> dict[str, Array]:
        # S' seeds together, the others one after another: (S / S', S', ..)
        return jax.lax.map(lambda chunk: jax.vmap(train_seed, (0, None, None))(chunk, lrs, weights), chunks)

    return jax.jit(train)


def run_group(group: dict[str, Any], arrays: dict[str, Any]) -> tuple[dict[str, float], float]:
    """Compiles and runs; gives scores by trial, and seconds of compilation."""
    n_layers = sum(name[0] == "W" for name in arrays)
    params = [(arrays[f"W{k}"], arrays[f"b{k}"][..., None]) for k in range(n_layers)]
    seeds = {name: a for name, a in arrays.items() if name[:2] in {"X_", "y_"} or name == "rows"} | {"params": params}
    together = group["seeds_together"]
    chunks = jax.tree.map(lambda a: a.reshape(-1, together, *a.shape[1:]), seeds)
    arguments = chunks, np.array(group["lrs"], np.float32), arrays["weights"]
    start = time.perf_counter()
    program = make_program(group).lower(*arguments).compile()
    compile_s = time.perf_counter() - start
    found = np.asarray(program(*arguments)["validation"]).reshape(len(group["trials"]), -1)
    pairs = zip(np.ravel(group["trials"]).tolist(), found.ravel().tolist(), strict=True)
    return dict(pairs), compile_s


def main() -> None:
    """Writes `scores-SHARE.json` beside the share."""
    folder, share = Path(sys.argv[1]), sys.argv[2]
    scores: dict[str, float] = {}
    compile_s = 0.0
    for group in json.loads((folder / f"share-{share}.json").read_text()):
        found, seconds = run_group(group, dict(np.load(folder / group["data"])))
        scores |= found
        compile_s += seconds
    answer = {"scores": scores, "compile_s": compile_s}
    (folder / f"scores-{share}.json").write_text(json.dumps(answer))


if __name__ == "__main__":
    main()
