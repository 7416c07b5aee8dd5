"""How much of the differences between a task's tuning trials each factor explains, in score and in speed. Pure."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from actloss_cli.analysis.evidence import TaskFacts
from actloss_cli.analysis.pairings import Analysis
from actloss_cli.analysis.trial_table import Places, TrialTable
from actloss_cli.plan.selection import TARGET_SHARE, Floats, clip_at_floor, epochs_to_reach
from actloss_cli.store.data import RunData

FACTORS = (
    "activation",
    "output x loss",
    "optimizer",
    "learning rate",
    "activation x (output x loss)",
    "activation x optimizer",
    "(output x loss) x optimizer",
    "activation x learning rate",
    "(output x loss) x learning rate",
    "higher interactions",
    "seed (shared)",
    "seeds",
)
"""The rows of the table: four main effects, their interactions, the seed that all pairings share, what is left."""

RESPONSES = ("score", "speed")

_INTERACTIONS = range(4, 10)
"""Places in `FACTORS`."""
_MOST_NAMED = 3
"""Levels of a factor; of more that were left out the number is given."""
_LEAST_KEPT = 0.5
"""The share of the trials that the complete part of a grid must hold to speak for the task."""
_SAME = 1e-6
"""A relative difference that single precision makes."""


@dataclass(frozen=True)
class TuningGrid:
    """A task's tuning trials at base-grid rates: A activations, H heads, K settings, S seeds.

    A head is an output with a loss, a setting an optimizer at one of its rates.
    """

    activations: list[str]
    heads: list[str]
    optimizers: list[str]
    """The task's, those that no setting has yet among them."""
    optimizer: Places
    """`[K]`: each setting's place in `optimizers`."""
    lr: Floats
    """`[K]`"""
    values: Floats
    """`[2, A, H, K, S]`, by `RESPONSES`: NaN where a trial is missing; without a target all speeds are NaN."""

    @property
    def present(self) -> NDArray[np.bool_]:
        """Gives `[A, H, K, S]`."""
        return np.asarray(np.isfinite(self.values[0]))


def variance_shares(run: RunData, analysis: Analysis) -> pd.DataFrame:
    """Gives one row per task and factor (index `task`, `factor`, in the order of `FACTORS`).

    Columns: df; score_ss, score_share, speed_ss, speed_share: sums of squares and shares (`omega_squared`), NaN where
    there is none; note: the same in all rows of a task: what was left out, why there is no share, else "".

    Trials are those of the tune phase at the base grid's learning rates. Responses are the score, which is the
    validation score after the last epoch, at the floor where it is non-finite or below it; and the speed, 1 / T with T
    the steps until the validation score reaches the target of the task's reference, 0 where it never does.

    Base-grid rates are those at which every pairing of an optimizer that has tuning trials was tried: extensions belong
    to single pairings. One that all pairings of an optimizer share can't be told from the base grid, nor does it
    unbalance the design. Where trials are missing, crashed, timed out or excluded, the levels with the largest share of
    holes are left out, one after another, until the rest is complete; there are no shares if less than half of the
    trials are left.
    """
    table = TrialTable.of(run)
    frames = {task.label: _of_task(tuning_grid(table, task, speed_target(analysis, task))) for task in table.tasks()}
    return pd.concat(frames, names=["task"])


def decompose(values: Floats, optimizer: Places) -> Floats:
    """Gives `[F, 1 + R]`: each factor's degrees of freedom, then its sum of squares in each response.

    `values` `[R, A, H, K, S]` is complete. `optimizer` `[K]` is each setting's: learning rates are nested in it, and
    optimizers may have unequally many. The seed is a block: all pairings share it, so the error is what remains after
    its own effect. All parts are orthogonal, so that none depends on an order.
    """
    centred = values - values.mean(axis=(1, 2, 3, 4), keepdims=True)
    rows = np.concatenate([np.ones_like(values[:1]), centred])
    over_seeds = rows.sum(axis=4)
    is_of = (optimizer[:, None] == np.unique(optimizer)).astype(np.float64)  # [K, O]

    def between(axes: str) -> Floats:
        """Of the means over all other axes: their number less one, then what they explain of each response."""
        summed, left = (rows, "ahks") if "s" in axes else (over_seeds, "ahk")
        sums = np.einsum(f"r{left},ko->r{axes}", summed, is_of).reshape(len(rows), -1)
        return np.array([sums.shape[1] - 1, *(sums[1:] ** 2 / sums[0]).sum(axis=1)])

    a, h, o, k = (between(axis) for axis in "ahok")
    ah, ao, ho, ak, hk = (between(axes) for axes in ("ah", "ao", "ho", "ak", "hk"))
    cells, seed, every = (between(axes) for axes in ("ahk", "s", "ahks"))
    lr = k - o
    parts = [a, h, o, lr, ah - a - h, ao - a - o, ho - h - o, ak - ao - lr, hk - ho - lr]
    parts += [cells - np.sum(parts, axis=0), seed, every - cells - seed]
    return np.maximum(parts, 0)  # a difference of equals may come out at -1e-17


def error_term(df: Floats) -> int | None:
    """Gives the place in `FACTORS` of the error, by the degrees of freedom `[F]`: what is left, over the seeds.

    One seed leaves nothing, so the highest interaction serves, as if it were chance alone. None where there is no
    interaction either.
    """
    if df[-1] > 0:
        return len(FACTORS) - 1
    return next((place for place in reversed(_INTERACTIONS) if df[place] > 0), None)


def omega_squared(parts: Floats, error: int) -> Floats:
    """Gives `[F, R]` shares from what `decompose` gives: (SS - df MS_error) / (SS_total + MS_error), at least 0.

    Unlike SS / SS_total a share does not grow with the number of levels. The error's own is what the others leave, N
    MS_error / (SS_total + MS_error) for N trials: all add up to 1, or to more where negative ones were raised to 0. NaN
    for a factor that does not vary. Levels are fixed, so shares speak of the functions and rates that were tried.
    Hays, "Statistics for Psychologists" (1963).
    """
    df, ss = parts[:, :1], parts[:, 1:]
    ms = ss[error] / df[error]
    whole = ss.sum(axis=0) + ms
    whole[whole == 0] = np.nan
    shares = (ss - df * ms) / whole
    shares[error] = (df.sum() + 1) * ms / whole
    return np.where(df > 0, np.maximum(shares, 0), np.nan)


def speed_target(analysis: Analysis, task: TaskFacts) -> float | None:
    """The reference's, as `make_reference` has it; None as long as the task has none."""
    reference = analysis.references.get(task.label)
    if reference is None:
        return None
    reached = float(analysis.pairings["validation_score"][reference])
    return task.floor + TARGET_SHARE * (reached - task.floor)


def tuning_grid(table: TrialTable, task: TaskFacts, target: float | None) -> TuningGrid:
    """The task's tuning trials at base-grid rates; speeds are those to `target`, a validation score."""
    pairings = table.run.pairings
    pairings = pairings[(pairings["task"] == task.label) & (pairings["invalid"] == "")]
    activation, activations = pd.factorize(pairings["activation"])
    head, heads = pd.factorize(pairings["output"] + "/" + pairings["loss"])
    optimizer, optimizers = pd.factorize(pairings["optimizer"])

    trials, pairing = _tune_trials(table, pairings.index.tolist())
    lrs, lr = np.unique(table.lr[trials], return_inverse=True)
    tried = np.zeros((len(pairings), len(lrs)), np.bool_)
    tried[pairing, lr] = True
    is_base = _base_rates(tried, optimizer, len(optimizers))
    kept = is_base[optimizer[pairing], lr] & ~table.lost[trials]
    trials, pairing, lr = trials[kept], pairing[kept], lr[kept]

    setting = np.cumsum(is_base).reshape(is_base.shape) - 1
    cells = (activation[pairing], head[pairing], setting[optimizer[pairing], lr], table.at[trials])
    values = np.full((2, len(activations), len(heads), is_base.sum(), task.n_tune), np.nan)
    values[(0, *cells)] = np.where(table.diverged[trials], task.floor, np.maximum(table.score[trials], task.floor))
    if target is not None:
        curves = clip_at_floor(table.run.validation_score[trials, : task.epochs], task.floor)
        values[(1, *cells)] = 1 / (epochs_to_reach(curves, target) * task.steps_per_epoch)
    of_setting, rate = np.nonzero(is_base)
    return TuningGrid(list(activations), list(heads), list(optimizers), of_setting, lrs[rate], values)


def _tune_trials(table: TrialTable, pairing_ids: list[str]) -> tuple[Places, Places]:
    """Each tuning trial's place in the run's trials, and its pairing's in the list."""
    none = np.empty(0, np.int64)
    groups = [table.places.get(pairing_id, none) for pairing_id in pairing_ids]
    trials = np.concatenate([none, *groups])
    pairing = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    is_tune = ~table.is_final[trials]
    return trials[is_tune], pairing[is_tune]


def _base_rates(tried: NDArray[np.bool_], optimizer: Places, n_optimizers: int) -> NDArray[np.bool_]:
    """`[O, L]`: the rates at which all pairings of an optimizer that have trials were tried; `tried` is `[P, L]`."""
    begun = tried.any(axis=1)
    is_of = np.eye(n_optimizers)[optimizer[begun]]  # [P, O]
    n_tried = is_of.T @ tried[begun]
    return np.asarray((n_tried == is_of.sum(axis=0)[:, None]) & (n_tried > 0))


def _of_task(grid: TuningGrid) -> pd.DataFrame:
    """The task's rows, index `factor`."""
    kept = complete_part(grid.present)
    values = grid.values[np.ix_(np.arange(len(RESPONSES)), *kept)]
    parts = np.zeros((len(FACTORS), 1 + len(RESPONSES)))
    shares = np.full((len(FACTORS), len(RESPONSES)), np.nan)
    if values[0].size < max(2, _LEAST_KEPT * grid.present.sum()):
        parts[:, 1:] = np.nan
        return _frame(parts, shares, [_why_none(grid)])
    parts = decompose(values, grid.optimizer[kept[2]])
    error = error_term(parts[:, 0])
    notes = [_left_out(grid, kept)]
    if error is None:
        notes.append("no shares: nothing is left over to tell effects from chance")
        return _frame(parts, shares, notes)
    if FACTORS[error] != "seeds":
        notes.append(f"one seed: {FACTORS[error]} served as the error term")
    reasons = [_why_no_share(name, of_name) for name, of_name in zip(RESPONSES, values, strict=True)]
    shares = omega_squared(parts, error)
    shares[:, [reason != "" for reason in reasons]] = np.nan
    return _frame(parts, shares, notes + reasons)


def complete_part(present: NDArray[np.bool_]) -> list[Places]:
    """What is left of each axis's levels when those with the largest share of holes go, until there is no hole."""
    kept = [np.arange(n) for n in present.shape]
    while not (part := present[np.ix_(*kept)]).all():
        holes = [1 - part.mean(axis=tuple({0, 1, 2, 3} - {axis})) for axis in range(part.ndim)]
        # Of equal shares the one that costs the fewest trials.
        axis = max(range(part.ndim), key=lambda axis: (holes[axis].max(), part.shape[axis]))
        kept[axis] = np.delete(kept[axis], holes[axis].argmax())
    return kept


def _why_none(grid: TuningGrid) -> str:
    if not grid.activations:
        return "no shares: no pairing of the task can be trained"
    if not grid.present.any():
        return "no shares: no tuning trial is there yet"
    if grid.present.size == 1:
        return "no shares: a single trial differs from no other"
    return "no shares: trials are missing or excluded, and no complete part of the grid holds half of the rest"


def _why_no_share(response: str, values: Floats) -> str:
    """Of one response on the complete part, "" where it has shares."""
    if np.isnan(values).any():
        return f"no shares of {response}: the task has no reference, so no target to reach"
    if np.ptp(values) > _SAME * np.abs(values).max():
        return ""
    never = response == "speed" and not values.any()
    return f"no shares of {response}: {'no trial reaches the target' if never else 'it is the same in all trials'}"


def _left_out(grid: TuningGrid, kept: list[Places]) -> str:
    """The levels that the complete part lacks, by name where they are few."""
    activations, heads, settings, seeds = (set(levels.tolist()) for levels in kept)
    of_setting = grid.optimizer.tolist()
    used = {of_setting[k] for k in settings}
    lost = {
        "activation": [name for a, name in enumerate(grid.activations) if a not in activations],
        "output x loss": [name for h, name in enumerate(grid.heads) if h not in heads],
        "optimizer": [name for o, name in enumerate(grid.optimizers) if o not in used],
        "learning rate": [
            f"{grid.lr[k]:g} of {grid.optimizers[o]}"
            for k, o in enumerate(of_setting)
            if k not in settings and o in used
        ],
        "seed": [str(s) for s in range(grid.present.shape[3]) if s not in seeds],
    }
    named = [
        f"{role} {', '.join(names)}" if len(names) <= _MOST_NAMED else f"{len(names)} levels of {role}"
        for role, names in lost.items()
        if names
    ]
    return f"left out, as trials are missing or excluded: {'; '.join(named)}" if named else ""


def _frame(parts: Floats, shares: Floats, notes: list[str]) -> pd.DataFrame:
    """From `[F, 3]` as `decompose` gives it, and `[F, 2]`."""
    columns: dict[str, object] = {"df": parts[:, 0].astype(np.int64)}
    for place, response in enumerate(RESPONSES):
        columns |= {f"{response}_ss": parts[:, 1 + place], f"{response}_share": shares[:, place]}
    return pd.DataFrame(columns | {"note": "; ".join(filter(None, notes))}, index=pd.Index(FACTORS, name="factor"))
