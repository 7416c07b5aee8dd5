"""Variance shares: sums of squares as statsmodels has them, shares near known ones, holes said, not averaged over."""

import itertools
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from actloss_cli.analysis.pairings import analyse
from actloss_cli.analysis.variance_shares import (
    FACTORS,
    decompose,
    error_term,
    omega_squared,
    variance_shares,
)

NAN = float("nan")
ACTIVATIONS = ("relu", "silu", "tanh")
HEADS = ("sigmoid/bce", "tanh/hinge")
RATES = {"sgd": (0.01, 0.1, 1.0), "adam": (0.03, 0.1, 0.3)}
N_SEEDS = 3
TARGET = 0.5 + 0.9 * (0.972 - 0.5)
"""Of any reference whose final trials are `build.GOOD`."""

TERMS = {
    "activation": "C(a)",
    "output x loss": "C(h)",
    "optimizer": "C(o)",
    "learning rate": "C(o):C(l)",
    "activation x (output x loss)": "C(a):C(h)",
    "activation x optimizer": "C(a):C(o)",
    "(output x loss) x optimizer": "C(h):C(o)",
    "activation x learning rate": "C(a):C(o):C(l)",
    "(output x loss) x learning rate": "C(h):C(o):C(l)",
    "higher interactions": "C(a):C(h):C(o) + C(a):C(h):C(o):C(l)",
    "seed (shared)": "C(s)",
}
"""In the formula language of statsmodels; l counts from 0 within each optimizer."""


@pytest.fixture(scope="module")
def scores() -> np.ndarray:
    """`[A, H, O, L, S]`: best at the middle rate, on which a reference needs all its seeds to be good."""
    rng = np.random.default_rng(5)
    values = rng.uniform(0.6, 0.95, (3, 2, 2, 3, N_SEEDS))
    values[..., 1, :] = 0.96 + rng.normal(0, 0.004, values[..., 1, :].shape)
    return values


@pytest.fixture(scope="module")
def whole(build, scores) -> SimpleNamespace:
    """A complete run, the epoch at which each pairing comes up `[A, H, O]`, and what comes out."""
    reach = np.random.default_rng(6).integers(1, 15, scores.shape[:3])
    run = build.run(
        {
            f"{a}/{h}/{o}": build.Measured(
                build.GOOD, dict(zip(RATES[o], scores[i, j, k].tolist(), strict=True)), tune_reach=reach[i, j, k]
            )
            for (i, a), (j, h), (k, o) in itertools.product(*map(enumerate, (ACTIVATIONS, HEADS, RATES)))
        }
    )
    return SimpleNamespace(run=run, reach=reach, shares=variance_shares(run, analyse(run)).loc["moons"])


def long_frame(values: np.ndarray) -> pd.DataFrame:
    """One row for each trial of `[A, H, O, L, S]`."""
    names = ["a", "h", "o", "l", "s"]
    return pd.DataFrame(list(np.ndindex(values.shape)), columns=names).assign(y=values.ravel())


def statsmodels_table(values: np.ndarray) -> pd.DataFrame:
    """df and sum_sq of each factor; "seeds" are the residual."""
    table = anova_lm(ols(f"y ~ {' + '.join(TERMS.values())}", long_frame(values)).fit(), typ=1)
    table.index = table.index.str.strip()
    terms = TERMS | {"seeds": "Residual"}
    return pd.DataFrame(
        {factor: table.loc[term.split(" + "), ["df", "sum_sq"]].sum() for factor, term in terms.items()}
    ).T


def without(run, *, trials=(), pairings=()):
    """The run as if these had not been trained, or not been asked for."""
    gone = run.trials.index.isin(trials) | run.trials["pairing_id"].isin(pairings)
    return replace(
        run,
        trials=run.trials[~gone],
        validation_score=run.validation_score[~gone],
        pairings=run.pairings.drop(index=list(pairings)),
    )


def shares_of(run) -> pd.DataFrame:
    return variance_shares(run, analyse(run)).loc["moons"]


@pytest.mark.parametrize("response", ["score", "speed"])
def test_sums_of_squares_and_shares_are_those_of_statsmodels(whole, scores, response):
    steps = 10 * whole.reach[..., None, None]
    values = scores if response == "score" else np.where(scores >= TARGET, 1 / steps, 0)
    expected = statsmodels_table(values)
    np.testing.assert_array_equal(whole.shares["df"], expected["df"])
    total = expected["sum_sq"].sum()
    np.testing.assert_allclose(whole.shares[f"{response}_ss"], expected["sum_sq"], rtol=1e-8, atol=1e-10 * total)
    ms_error = expected.loc["seeds", "sum_sq"] / expected.loc["seeds", "df"]
    omega = ((expected["sum_sq"] - expected["df"] * ms_error) / (total + ms_error)).clip(lower=0)
    found = whole.shares[f"{response}_share"]
    np.testing.assert_allclose(found.drop("seeds"), omega.drop("seeds"), rtol=1e-8, atol=1e-10)
    assert found["seeds"] == pytest.approx(scores.size * ms_error / (total + ms_error), rel=1e-8)
    assert set(whole.shares["note"]) == {""}


def test_rows_are_tasks_by_factors_in_a_fixed_order(whole):
    shares = variance_shares(whole.run, analyse(whole.run))
    assert shares.index.names == ["task", "factor"]
    assert shares.index.tolist() == [("moons", factor) for factor in FACTORS]
    assert list(shares.columns) == ["df", "score_ss", "score_share", "speed_ss", "speed_share", "note"]


@pytest.mark.filterwarnings("ignore:The design matrix is rank-deficient")  # C(k) holds C(o), which is the point
def test_optimizers_with_unequally_many_rates_are_decomposed_as_nested_models_say():
    optimizer = np.array([0, 0, 1, 2, 2, 2])
    values = np.random.default_rng(8).normal(size=(3, 4, 6, 2)) + optimizer[:, None]
    data = pd.DataFrame(list(np.ndindex(values.shape)), columns=list("ahks")).assign(y=values.ravel())
    data["o"] = optimizer[data["k"]]
    nested = {
        "optimizer": ("C(a)", "C(a) + C(o)"),
        "learning rate": ("C(o)", "C(k)"),
        "activation x optimizer": ("C(a) + C(o)", "C(a)*C(o)"),
        "activation x learning rate": ("C(a)*C(o) + C(k)", "C(a)*C(k)"),
        "(output x loss) x learning rate": ("C(h)*C(o) + C(k)", "C(h)*C(k)"),
        "higher interactions": ("(C(a) + C(h) + C(k))**2", "C(a)*C(h)*C(k)"),
    }
    parts = dict(zip(FACTORS, decompose(values[None], optimizer), strict=True))
    for factor, (smaller, larger) in nested.items():
        models = [ols(f"y ~ {formula}", data).fit() for formula in (smaller, larger)]
        df = models[1].df_model - models[0].df_model
        assert parts[factor] == pytest.approx([df, models[0].ssr - models[1].ssr], rel=1e-8), factor


def simulate(n_runs: int) -> tuple[np.ndarray, np.ndarray, dict[str, float]]:
    """`[n_runs, A, H, K, S]` with the same effects and fresh noise, each setting's optimizer, the true shares.

    A share is a component's mean square over that of all, noise included.
    """
    rng = np.random.default_rng(11)
    optimizer = np.repeat([0, 1, 2], 3)
    shape = (5, 4, 9, 3)

    def effect(kept: tuple[int, ...], variance: float) -> np.ndarray:
        """Sums to zero over each of its axes."""
        values = rng.normal(size=[n if axis in kept else 1 for axis, n in enumerate(shape)])
        for axis in kept:
            values = values - values.mean(axis=axis, keepdims=True)
        return values * np.sqrt(variance / (values**2).mean())

    of_optimizer = np.repeat([-1.0, 0.0, 1.0], 3)[None, None, :, None] * np.sqrt(1.5 * 0.2)
    rate = rng.normal(size=(3, 3))
    rate -= rate.mean(axis=1, keepdims=True)
    rate *= np.sqrt(0.4 / (rate**2).mean())
    fixed = effect((0,), 0.1) + effect((1,), 0.3) + of_optimizer + rate.reshape(1, 1, 9, 1) + effect((0, 1), 0.05)
    fixed = fixed + effect((3,), 0.05)
    values = fixed + rng.normal(0, 1, (n_runs, *shape))
    variances = {"activation": 0.1, "output x loss": 0.3, "optimizer": 0.2, "learning rate": 0.4}
    variances |= {"activation x (output x loss)": 0.05, "seed (shared)": 0.05, "seeds": 1.0}
    whole = sum(variances.values())
    return values, optimizer, {factor: variances.get(factor, 0.0) / whole for factor in FACTORS}


def test_shares_come_near_the_true_ones_where_eta_squared_grows_with_the_levels():
    values, optimizer, truth = simulate(300)
    parts = decompose(values, optimizer)
    omega = omega_squared(parts, error_term(parts[:, 0])).mean(axis=1)
    eta = (parts[:, 1:] / parts[:, 1:].sum(axis=0)).mean(axis=1)
    by_factor = dict(zip(FACTORS, zip(omega, eta, strict=True), strict=True))
    for factor, share in truth.items():
        # A share of 0 comes out a little above it, since negative ones are raised.
        assert by_factor[factor][0] == pytest.approx(share, abs=0.012), factor
    absent = [factor for factor, share in truth.items() if not share]
    assert len(absent) == 5
    assert all(eta > omega for omega, eta in (by_factor[factor] for factor in absent))
    # Chance alone gives each factor its part of the degrees of freedom, of N = 540.
    assert by_factor["higher interactions"][1] == pytest.approx(96 / 540 * truth["seeds"], rel=0.03)
    assert by_factor["seeds"][1] == pytest.approx(358 / 540 * truth["seeds"], rel=0.03)


def test_shares_add_up_to_one_where_none_was_raised_to_zero():
    values, optimizer, _ = simulate(200)
    parts = decompose(values, optimizer)
    shares = omega_squared(parts, error_term(parts[:, 0]))
    whole = (shares > 0).all(axis=0)
    assert whole.any()
    np.testing.assert_allclose(shares[:, whole].sum(axis=0), 1, rtol=1e-12)
    assert (shares[:, ~whole].sum(axis=0) > 1).all()


def test_a_rate_that_extends_the_grid_of_single_pairings_takes_no_part(build, whole, scores):
    longer = [0.5, 0.55, 0.6]
    run = build.run(
        {
            f"{a}/{h}/{o}": build.Measured(
                build.GOOD,
                dict(zip(RATES[o], scores[i, j, k].tolist(), strict=True))
                | ({10.0: longer} if (i, k) == (0, 0) else {}),
                tune_reach=whole.reach[i, j, k],
            )
            for (i, a), (j, h), (k, o) in itertools.product(*map(enumerate, (ACTIVATIONS, HEADS, RATES)))
        }
    )
    assert len(run.trials) == len(whole.run.trials) + 2 * N_SEEDS
    pd.testing.assert_frame_equal(shares_of(run), whole.shares)


def test_pairings_that_cannot_be_trained_leave_no_hole(build, whole, scores):
    names = whole.run.pairings.index
    invalid = whole.run.pairings.assign(invalid="").reset_index()
    invalid = invalid[invalid["loss"] == "bce"].assign(output="relu", invalid="bce takes probabilities")
    invalid["pairing_id"] += ":relu"
    pairings = pd.concat([whole.run.pairings, invalid.set_index("pairing_id")])
    run = replace(whole.run, pairings=pairings)
    assert len(pairings) > len(names)
    pd.testing.assert_frame_equal(shares_of(run), whole.shares)


@pytest.mark.parametrize("collapsed", [NAN, 0.2, -np.inf])
def test_scores_that_are_not_finite_or_below_the_floor_count_as_the_floor(build, collapsed):
    def shares(worst: float) -> pd.DataFrame:
        tune = {0.1: [0.9, 0.91, 0.93], 1.0: [0.8, worst, 0.7]}
        other = {0.1: [0.8, 0.83, 0.84], 1.0: [0.7, 0.75, 0.71]}
        run = build.run(
            {"relu/sigmoid/bce/sgd": build.Measured(tune=tune), "tanh/sigmoid/bce/sgd": build.Measured(tune=other)}
        )
        return shares_of(run)

    pd.testing.assert_frame_equal(shares(collapsed), shares(0.5))


@pytest.mark.parametrize("status", ["crashed", "timeout"])
def test_a_lost_trial_costs_the_level_that_holds_the_fewest_trials(whole, scores, status):
    trials = whole.run.trials.copy()
    is_lost = trials["pairing_id"] == "moons:silu/tanh/hinge/adam"
    is_lost &= (trials["phase"] == "tune") & (trials["lr"] == 0.3) & (trials["seed"] == 1)
    assert is_lost.sum() == 1
    trials.loc[is_lost, "status"] = status  # whatever score it has left is none
    shares = shares_of(replace(whole.run, trials=trials))
    assert shares["note"].iloc[0].startswith("left out, as trials are missing or excluded: learning rate 0.3 of adam")
    settings = scores.transpose(0, 1, 4, 2, 3).reshape(3, 2, N_SEEDS, 6)[..., :5].transpose(0, 1, 3, 2)
    expected = decompose(settings[None], np.array([0, 0, 0, 1, 1]))
    np.testing.assert_allclose(shares[["df", "score_ss"]], expected, rtol=1e-10, atol=1e-14)


def test_what_an_exclude_leaves_out_is_said_and_the_rest_is_complete(whole, scores):
    excluded = [f"moons:tanh/{head}/sgd" for head in HEADS]
    shares = shares_of(without(whole.run, pairings=excluded))
    assert set(shares["note"]) == {"left out, as trials are missing or excluded: activation tanh"}
    np.testing.assert_allclose(shares["score_ss"], statsmodels_table(scores[:2])["sum_sq"], rtol=1e-8, atol=1e-12)


def test_a_seed_that_is_not_there_yet_is_left_out(whole, scores):
    trials = whole.run.trials
    last = trials.index[(trials["seed"] == 2) & (trials["phase"] == "tune")]
    shares = shares_of(without(whole.run, trials=last))
    assert shares["note"].iloc[0].startswith("left out, as trials are missing or excluded: seed 2; ")
    np.testing.assert_allclose(shares["score_ss"], statsmodels_table(scores[..., :2])["sum_sq"], rtol=1e-8, atol=1e-12)


def test_many_levels_that_are_left_out_are_counted(build):
    tune = {0.1: [0.9, 0.8, 0.7], 1.0: [0.6, 0.7, 0.8]}
    labels = [f"act{a}/{head}/sgd" for a in range(10) for head in HEADS[: 1 if a < 4 else 2]]
    shares = shares_of(build.run({label: build.Measured(tune=tune) for label in labels}))
    assert shares["note"].iloc[0].startswith("left out, as trials are missing or excluded: 4 levels of activation; ")
    assert shares.loc["activation", "df"] == 5


def test_an_optimizer_without_trials_is_left_out_by_name(whole):
    trials = whole.run.trials
    gone = trials.index[trials["pairing_id"].str.endswith("adam")]
    note = shares_of(without(whole.run, trials=gone))["note"].iloc[0]
    assert note.startswith("left out, as trials are missing or excluded: optimizer adam; no shares of speed: ")


def test_an_optimizer_that_few_pairings_were_given_is_left_out_whole(whole):
    excluded = [name for name in whole.run.pairings.index if name.endswith("adam")][1:]
    note = shares_of(without(whole.run, pairings=excluded))["note"].iloc[0]
    assert note == "left out, as trials are missing or excluded: optimizer adam"


def test_of_two_ways_to_a_complete_grid_the_one_that_keeps_more_levels_of_a_short_factor_is_taken(build):
    tune = {0.1: [0.9, 0.8, 0.7], 1.0: [0.6, 0.7, 0.8]}
    labels = [f"act{a}/{head}/sgd" for a in range(4) for head in HEADS[1 if a < 2 else 0 :]]
    shares = shares_of(build.run({label: build.Measured(tune=tune) for label in labels}))
    assert shares["note"].iloc[0].startswith("left out, as trials are missing or excluded: activation act0, act1; ")


def test_no_shares_where_no_complete_part_holds_half_of_the_trials(build):
    full = {0.1: [0.9, 0.8, 0.7], 1.0: [0.6, 0.7, 0.8]}
    heads = [f"sigmoid/loss{i}" for i in range(4)]
    measured = {
        f"act{a}/{head}/sgd": build.Measured(tune=full) for a in range(4) for h, head in enumerate(heads) if a == h
    }
    shares = shares_of(build.run(measured))
    assert set(shares["note"]) == {
        "no shares: trials are missing or excluded, and no complete part of the grid holds half of the rest"
    }
    assert shares["score_share"].isna().all()
    assert (shares["df"] == 0).all()


def test_a_factor_with_one_level_has_no_share_and_the_others_keep_theirs(whole, scores):
    gone = [name for name in whole.run.pairings.index if "relu" not in name]
    shares = shares_of(without(whole.run, pairings=gone))
    constant = [factor for factor in FACTORS if "activation" in factor or factor == "higher interactions"]
    assert shares.loc[constant, "df"].tolist() == [0] * 5
    assert shares.loc[constant, ["score_share", "speed_share"]].isna().all(axis=None)
    data = long_frame(scores[:1])
    table = anova_lm(ols("y ~ C(s) + C(h)*(C(o) + C(o):C(l))", data).fit(), typ=1)
    assert shares.loc["output x loss", "score_ss"] == pytest.approx(table.loc["C(h)", "sum_sq"], rel=1e-8)
    assert shares.loc["seeds", "score_ss"] == pytest.approx(table.loc["Residual", "sum_sq"], rel=1e-8)


def test_one_seed_leaves_the_highest_interaction_as_the_error(build, scores):
    first = {
        f"{a}/{h}/{o}": build.Measured(tune={lr: [scores[i, j, k, n, 0]] for n, lr in enumerate(RATES[o])})
        for (i, a), (j, h), (k, o) in itertools.product(*map(enumerate, (ACTIVATIONS, HEADS, RATES)))
    }
    shares = shares_of(build.run(first, n_tune=1))
    assert shares["note"].iloc[0].startswith("one seed: higher interactions served as the error term")
    data = long_frame(scores[..., :1])
    two_way = " + ".join(
        term for factor, term in TERMS.items() if factor not in ("higher interactions", "seed (shared)")
    )
    table = anova_lm(ols(f"y ~ {two_way}", data).fit(), typ=1)
    ms_error = table.loc["Residual", "sum_sq"] / table.loc["Residual", "df"]
    assert shares.loc["higher interactions", "df"] == table.loc["Residual", "df"]
    expected = (table.loc["C(h)", "sum_sq"] - ms_error) / (table["sum_sq"].sum() + ms_error)
    assert shares.loc["output x loss", "score_share"] == pytest.approx(max(expected, 0), rel=1e-8)
    assert shares.loc[["seed (shared)", "seeds"], "score_share"].isna().all()


def test_one_seed_and_no_interaction_leave_nothing_to_judge_by(build):
    measured = {f"relu/sigmoid/bce/{o}": build.Measured(tune={0.1: [0.9], 1.0: [0.7]}) for o in ("sgd", "adam")}
    shares = shares_of(build.run(measured, n_tune=1))
    assert shares["note"].iloc[0] == "no shares: nothing is left over to tell effects from chance"
    assert shares["score_share"].isna().all()
    assert shares.loc["learning rate", "score_ss"] == pytest.approx(0.04)


def test_equal_scores_have_no_shares_rather_than_shares_of_rounding(build):
    measured = {
        f"{a}/sigmoid/bce/{o}": build.Measured(
            tune={0.1: [1 / 3 + 0.3, 0.6333333333333333, 0.3 + 1 / 3], 1.0: [0.6333333] * 3}
        )
        for a, o in itertools.product(ACTIVATIONS, RATES)
    }
    shares = shares_of(build.run(measured))
    assert shares["score_share"].isna().all()
    assert shares["note"].iloc[0].startswith("no shares of score: it is the same in all trials; no shares of speed: ")


def test_without_a_reference_there_are_no_shares_of_speed(whole):
    analysis = replace(analyse(whole.run), references={})
    shares = variance_shares(whole.run, analysis).loc["moons"]
    assert shares["speed_share"].isna().all()
    assert shares["speed_ss"].isna().all()
    assert set(shares["note"]) == {"no shares of speed: the task has no reference, so no target to reach"}
    pd.testing.assert_series_equal(shares["score_share"], whole.shares["score_share"])


def test_a_target_that_no_tuning_trial_reaches_leaves_no_shares_of_speed(whole):
    curves = np.where(whole.run.trials["phase"] == "final", 1.0, 0.9)[:, None] * whole.run.validation_score
    run = replace(whole.run, validation_score=curves.astype(np.float32))
    shares = variance_shares(run, analyse(whole.run)).loc["moons"]
    assert set(shares["note"]) == {"no shares of speed: no trial reaches the target"}


def test_a_run_before_its_first_trial_has_rows_and_a_reason(whole):
    nothing = without(whole.run, trials=whole.run.trials.index)
    shares = shares_of(nothing)
    assert set(shares["note"]) == {"no shares: no tuning trial is there yet"}
    assert shares.index.tolist() == list(FACTORS)


def test_a_task_of_which_nothing_can_be_trained_says_so(build):
    shares = shares_of(build.run({"relu/relu/bce/sgd": build.Measured(invalid="bce takes probabilities")}))
    assert set(shares["note"]) == {"no shares: no pairing of the task can be trained"}
