"""Trains programs' trials with JAX: vmap over rates and seeds, scan over steps and epochs, one jit a program.

    python jax_train.py FOLDER PROCESS CORE

Processes that share the folder claim its programs one after another, so none of them waits while there is work. Stands
alone: it runs in an environment that has jax and numpy and nothing of actloss. Features first, `[H, B]`, and rows
gathered once per epoch and seed, which is the fastest of the layouts that were tried; so is the lower level of
optimisation, which compiles sooner and runs as fast.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
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
State: TypeAlias = tuple[Params, Params, Params, Array]
"""Parameters; moving mean of gradients or velocity; of their squares; number of steps. What none of a program's
optimizers changes costs nothing."""
Functions: TypeAlias = dict[str, list[Callable[..., Any]]]
"""By role those that a program chooses from."""

FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "identity": lambda z: z,
    "relu": jax.nn.relu,
    "leaky_relu": lambda z: jnp.where(z > 0, z, 0.01 * z),
    "elu": jax.nn.elu,
    "silu": jax.nn.silu,
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
    "softmax": partial(jax.nn.softmax, axis=0),
    "log_softmax": partial(jax.nn.log_softmax, axis=0),
}
"""Of activations and outputs, features on axis 0; torch's slopes at 0."""


def keras_slope(u: Array, y: Array) -> Array:
    """Of -ln(u_y / sum u), where that share is not clipped at 1e-7."""
    total, of_true = u.sum(0, keepdims=True), (u * y).sum(0, keepdims=True)
    share = of_true / total
    return jnp.where((share < 1e-7) | (share > 1 - 1e-7), 0.0, 1 / total - y / of_true)


SLOPES: dict[str, Callable[[Array, Array], Array]] = {
    "mse": lambda u, y: 2 / len(u) * (u - y),
    "mae": lambda u, y: jnp.sign(u - y) / len(u),
    "huber": lambda u, y: jnp.clip(u - y, -1, 1) / len(u),
    "bce": lambda u, y: (u - y) / jnp.maximum((1 - u) * u, 1e-12) / len(u),
    "bce_with_logits": lambda u, y: (jax.nn.sigmoid(u) - y) / len(u),
    "hinge": lambda u, y: jnp.where(u * y <= 1, -y, 0.0) / len(u),
    "cross_entropy": lambda u, y: jax.nn.softmax(u, 0) - y,
    "categorical_cross_entropy": keras_slope,
    "nll": lambda u, y: -y,
}
"""A loss's derivative by the outputs u `[C, B]`, with coded targets y `[C, B]`: training needs nothing else of it."""


def outputs(params: Params, x: Array, activate: Callable[[Array], Array], output: Callable[[Array], Array]) -> Array:
    """`[D, B]` to `[C, B]`."""
    *hidden, (W, b) = params
    for V, c in hidden:
        x = activate(V @ x + c)
    return output(W @ x + b)


def r2(u: Array, y: Array) -> Array:
    """Of outputs and standardised targets `[1, N]`."""
    return 1 - jnp.sum(jnp.square(u - y)) / jnp.sum(jnp.square(y - y.mean()))


def balanced_accuracy(u: Array, y: Array, weights: Array, threshold: float) -> Array:
    """Of outputs `[C, N]` and targets coded 0/1 or one-hot; weights `[N]` make all classes count the same."""
    if len(u) == 1:
        return jnp.sum(weights * ((u > threshold) == (y > 0))[0])
    largest = u == u.max(0)
    return jnp.sum(weights * jnp.sum(largest * y, 0) / jnp.sum(largest, 0))


def sgd_step(state: State, grads: Params, lr: Array, momentum: float) -> State:
    """As torch.optim.SGD; the velocity is kept where there is momentum."""
    params, velocity, square, n = state
    if not momentum:
        return jax.tree.map(lambda p, g: p - lr * g, params, grads), velocity, square, n
    velocity = jax.tree.map(lambda v, g: momentum * v + g, velocity, grads)
    return jax.tree.map(lambda p, v: p - lr * v, params, velocity), velocity, square, n


def adam_step(state: State, grads: Params, lr: Array) -> State:
    """As torch.optim.Adam with its defaults."""
    params, first, second, n = state
    n = n + 1
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, grads)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, grads)
    size, root = lr / (1 - 0.9**n), jax.lax.rsqrt(1 - 0.999**n)
    params = jax.tree.map(lambda p, m, v: p - size * m / (jnp.sqrt(v) * root + 1e-8), params, first, second)
    return params, first, second, n


def rmsprop_step(state: State, grads: Params, lr: Array) -> State:
    """As torch.optim.RMSprop with its defaults."""
    params, first, square, n = state
    square = jax.tree.map(lambda v, g: 0.99 * v + 0.01 * g * g, square, grads)
    return jax.tree.map(lambda p, g, v: p - lr * g / (jnp.sqrt(v) + 1e-8), params, grads, square), first, square, n


def adagrad_step(state: State, grads: Params, lr: Array) -> State:
    """As torch.optim.Adagrad with its defaults."""
    params, first, square, n = state
    square = jax.tree.map(lambda s, g: s + g * g, square, grads)
    return jax.tree.map(lambda p, g, s: p - lr * g / (jnp.sqrt(s) + 1e-10), params, grads, square), first, square, n


STEPS: dict[str, Callable[[float], Callable[..., State]]] = {
    "sgd": lambda momentum: partial(sgd_step, momentum=momentum),
    "adam": lambda _: adam_step,
    "rmsprop": lambda _: rmsprop_step,
    "adagrad": lambda _: adagrad_step,
}
"""By momentum, which SGD alone has."""


def chosen(functions: list[Callable[..., Any]], which: Array) -> Callable[..., Any]:
    """One of several functions by its number, which is the same for all models side by side, so one alone is run."""
    return functions[0] if len(functions) == 1 else partial(jax.lax.switch, which, functions)


def functions_of(names: dict[str, list[tuple[str, float]]]) -> Functions:
    """By role, from names and momentums."""
    tables: dict[str, dict[str, Callable[..., Any]]] = {"activation": FUNCTIONS, "output": FUNCTIONS, "loss": SLOPES}
    functions = {role: [table[name] for name, _ in names[role]] for role, table in tables.items()}
    return functions | {"optimizer": [STEPS[name](momentum) for name, momentum in names["optimizer"]]}


def make_program(settings: dict[str, Any]) -> Any:
    """Of one program: data and weights of all seeds, rates `[L]`, which functions, to last scores `[S, L]`."""
    functions = functions_of(settings["functions"])

    def train_seed(seed: dict[str, Any], lrs: Array, weights: Array, which: dict[str, Array]) -> dict[str, Array]:
        activate, output, slope, take_step = (chosen(of_role, which[role]) for role, of_role in functions.items())

        def start(_: Array) -> State:
            zeros = jax.tree.map(jnp.zeros_like, seed["params"])
            return seed["params"], zeros, zeros, jnp.zeros(())

        def score(params: Params, part: str) -> Array:
            u, y = outputs(params, seed[f"X_{part}"].T, activate, output), seed[f"t_{part}"].T
            if settings["kind"] == "regression":
                found = r2(u, y)
            else:
                found = balanced_accuracy(u, y, seed[f"w_{part}"], which["threshold"])
            return jnp.where(jnp.isfinite(u).all(), found, jnp.nan)

        def epoch(states: State, rows: Array) -> tuple[State, Array]:  # rows (K, B)
            xs, targets = (seed[name][rows].swapaxes(1, 2) for name in ("X_train", "t_train"))  # (K, D, B)

            def step(states: State, batch: tuple[Array, Array, Array]) -> tuple[State, None]:
                x, target, weight = batch

                def one(state: State, lr: Array) -> State:
                    u, pull = jax.vjp(lambda params: outputs(params, x, activate, output), state[0])
                    stepped: State = take_step(state, pull(slope(u, target) * weight)[0], lr)
                    return stepped

                return jax.vmap(one)(states, lrs), None

            states, _ = jax.lax.scan(step, states, (xs, targets, weights))
            return states, jax.vmap(partial(score, part="validation"))(states[0])

        states, curve = jax.lax.scan(epoch, jax.vmap(start)(lrs), seed["rows"])
        is_lost = jnp.isnan(curve).any(0)
        last = {"validation": curve[-1]}
        if "X_test" in seed:
            last["test"] = jax.vmap(partial(score, part="test"))(states[0])
            is_lost |= jnp.isnan(last["test"])
        return {part: jnp.where(is_lost, jnp.nan, found) for part, found in last.items()}

    def train(chunks: dict[str, Any], lrs: Array, weights: Array, which: dict[str, Array]) -> dict[str, Array]:
        # S' seeds together, the others one after another: (S / S', S', ..)
        together = jax.vmap(train_seed, (0, None, None, None))
        found: dict[str, Array] = jax.lax.map(lambda chunk: together(chunk, lrs, weights, which), chunks)
        return found

    return jax.jit(train)


@lru_cache(maxsize=16)
def read_arrays(path: Path) -> dict[str, Any]:
    """The arrays of one task and phase, which several programs share."""
    return dict(np.load(path))


def seeds_of(arrays: dict[str, Any], coding: str, together: int) -> dict[str, Any]:
    """What seeds have of their own, `[S / S', S', ..]`: rows, targets t `[.., N, C]`, weights, where models start."""
    n_layers = sum(name[0] == "W" for name in arrays)
    params = [(arrays[f"W{k}"], arrays[f"b{k}"][..., None]) for k in range(n_layers)]
    n_units = params[-1][0].shape[1]
    seeds: dict[str, Any] = {"params": params, "rows": arrays["rows"]}
    for name, values in arrays.items():
        if name.startswith(("X_", "w_")):
            seeds[name] = values
        elif name.startswith("y_"):
            seeds[name.replace("y_", "t_")] = coded(values, coding, n_units)
    return jax.tree.map(lambda a: a.reshape(-1, together, *a.shape[1:]), seeds)  # type: ignore[no-any-return]


def coded(y: Any, coding: str, n_units: int) -> Any:
    """Standardised targets or class indices `[S, N]` as a loss wants them, `[S, N, C]`."""
    if coding == "one_hot":
        return np.eye(n_units, dtype=np.float32)[y]
    return (2 * y - 1 if coding == "minus_plus" else y).astype(np.float32)[..., None]


def arguments_of(call: dict[str, Any], arrays: dict[str, Any], together: int) -> tuple[Any, ...]:
    """What the program takes for one pairing."""
    which = {role: np.int32(place) for role, place in call["which"].items()} | {
        "threshold": np.float32(call["threshold"])
    }
    return seeds_of(arrays, call["coding"], together), np.array(call["lrs"], np.float32), arrays["weights"], which


def run_program(settings: dict[str, Any], arrays: dict[str, Any]) -> tuple[dict[str, float], float, float]:
    """Compiles and runs; gives scores by trial, seconds of compilation and of execution."""
    together, calls = settings["seeds_together"], settings["calls"]
    arguments = arguments_of(calls[0], arrays, together)
    start = time.perf_counter()
    program = make_program(settings).lower(*arguments).compile()
    compiled = time.perf_counter()
    scores: dict[str, float] = {}
    for call in calls:
        found = np.asarray(program(*arguments_of(call, arrays, together))["validation"])
        for ids, of_seed in zip(call["trials"], found.reshape(len(call["trials"]), -1).tolist(), strict=True):
            scores |= zip(ids, of_seed, strict=False)  # fewer rates than there is room for: the rest is padding
    return scores, compiled - start, time.perf_counter() - compiled


def claimed(folder: Path) -> Iterator[dict[str, Any]]:
    """Programs that no other process has claimed before, in the file's order."""
    for place, settings in enumerate(json.loads((folder / "programs.json").read_text())):
        try:
            (folder / f"claim-{place}").open("x").close()
        except FileExistsError:
            continue
        yield settings


def main() -> None:
    """Writes `scores-PROCESS.json` into the folder."""
    folder, process = Path(sys.argv[1]), sys.argv[2]
    jax.devices()  # a start with nothing to train has the same start
    scores: dict[str, float] = {}
    compile_s = execute_s = 0.0
    for settings in claimed(folder):
        found, compiling, executing = run_program(settings, read_arrays(folder / settings["data"]))
        scores |= found
        compile_s += compiling
        execute_s += executing
    answer = {"scores": scores, "compile_s": compile_s, "execute_s": execute_s}
    (folder / f"scores-{process}.json").write_text(json.dumps(answer))


if __name__ == "__main__":
    main()
