"""Losses against closed forms from outside: the literature's formulas, numpy, scipy, scikit-learn."""

import math

import numpy as np
import pytest
import scipy.stats
import sklearn.metrics
import torch

from actloss_cli.catalogue import loss
from tests.catalogue.loss_cases import INDEX, LABEL, ONE_HOT, REAL, B, T, Z, by_autograd


def test_log_cosh_is_the_logarithm_of_the_hyperbolic_cosine():
    u = 3 * Z[:, :1]
    expected = np.log(np.cosh((u - REAL)[:, 0].numpy()))
    torch.testing.assert_close(loss("log_cosh").per_sample(u, REAL), torch.from_numpy(expected))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_log_cosh_is_exact_for_tiny_and_for_huge_errors(dtype):
    error = torch.tensor([[1e-3, -1e-3, 1e4, -1e4]], dtype=dtype).T
    found = loss("log_cosh").per_sample(error, torch.zeros_like(error)).tolist()
    assert found[:2] == pytest.approx([5e-7] * 2, rel=1e-3)
    assert found[2:] == pytest.approx([1e4 - math.log(2)] * 2)


@pytest.mark.parametrize("q", [0.05, 0.5, 0.9])
def test_quantile_is_the_pinball_loss_of_scikit_learn(q):
    u, y = Z[0, 0], REAL[0, 0]
    found = loss("quantile").per_sample(u[:, None], y[:, None], q=q).mean()
    assert float(found) == pytest.approx(sklearn.metrics.mean_pinball_loss(y.numpy(), u.numpy(), alpha=q))


@pytest.mark.parametrize("q", [0.1, 0.5, 0.8])
def test_quantiles_least_constant_is_the_quantile(q):
    y = torch.sort(torch.randn(1001, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(3)), 0).values
    totals = [loss("quantile").per_sample(y[i].expand_as(y), y, q=q).sum() for i in range(len(y))]
    assert float(y[int(np.argmin(totals))]) == pytest.approx(float(np.quantile(y.numpy(), q)), abs=0.01)


def test_poisson_is_its_negative_log_likelihood_up_to_what_u_does_not_change():
    counts = torch.randint(6, (B, 1), generator=torch.Generator().manual_seed(4)).double()
    one, other = Z[0, 0][:, None], Z[1, 0][:, None]
    found = loss("poisson").per_sample(one, counts) - loss("poisson").per_sample(other, counts)
    expected = scipy.stats.poisson.logpmf(counts, other.exp()) - scipy.stats.poisson.logpmf(counts, one.exp())
    torch.testing.assert_close(found, torch.from_numpy(expected)[:, 0])


def focal_by_hand(u, y, gamma, alpha):
    """Lin et al. (2017), equations 2 to 5."""
    p = 1 / (1 + math.exp(-u))
    p_t, alpha_t = (p, alpha) if y == 1 else (1 - p, 1 - alpha)
    return -(alpha_t if alpha >= 0 else 1) * (1 - p_t) ** gamma * math.log(p_t)


@pytest.mark.parametrize(("gamma", "alpha"), [(2.0, -1.0), (2.0, 0.25), (0.5, 0.75), (0.0, -1.0), (5.0, 0.0)])
def test_focal_is_the_formula_of_its_paper(gamma, alpha):
    u, y = Z[:, :1], LABEL
    found = loss("focal").per_sample(u, y, gamma=gamma, alpha=alpha)
    pairs = zip(u.flatten().tolist(), y.flatten().tolist(), strict=True)
    assert found.flatten().tolist() == pytest.approx([focal_by_hand(*pair, gamma, alpha) for pair in pairs])


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize(
    ("name", "positive", "hyper"),
    [
        ("soft_margin", 1.0, {}),
        ("focal", 1.0, {"gamma": 2.0, "alpha": -1.0}),
        ("focal", 1.0, {"gamma": 0.5, "alpha": -1.0}),
    ],
)
def test_a_huge_logit_costs_itself_where_wrong_and_nothing_where_right(name, positive, hyper, dtype):
    u = torch.tensor([[-1e4, 1e4]], dtype=dtype).T
    spec, target = loss(name), torch.full_like(u, positive)
    losses, autograds = by_autograd(lambda leaf: spec.per_sample(leaf, target, **hyper), u)
    assert losses.tolist() == [1e4, 0.0]
    assert autograds.flatten().tolist() == spec.gradient(u, target, **hyper).flatten().tolist() == [-1.0, 0.0]


@pytest.mark.parametrize(
    ("name", "expected", "slopes"),
    [
        ("hinge", [0.0, 0.5, 1.5, 3.0], [0.0, -1.0, -1.0, 1.0]),
        ("squared_hinge", [0.0, 0.25, 2.25, 9.0], [0.0, -1.0, -3.0, 6.0]),
    ],
)
def test_a_hinge_grows_from_a_margin_of_one(name, expected, slopes):
    u, y = (torch.tensor([values], dtype=torch.float64).T for values in ([1.5, 0.5, -0.5, 2.0], [1.0, 1.0, 1.0, -1.0]))
    assert loss(name).per_sample(u, y).tolist() == expected
    assert loss(name).gradient(u, y).flatten().tolist() == slopes


@pytest.mark.parametrize(
    "name", ["categorical_cross_entropy", "sparse_categorical_cross_entropy", "categorical_cross_entropy_raw"]
)
def test_on_probabilities_it_is_the_log_loss_of_scikit_learn(name):
    p, spec = torch.softmax(Z, 1), loss(name)
    losses = spec.per_sample(p, INDEX if spec.codings["multiclass"].target == "index" else ONE_HOT)
    for t in range(T):
        expected = sklearn.metrics.log_loss(INDEX[t].numpy(), p[t].T.numpy(), labels=range(Z.shape[1]))
        assert float(losses[t].mean()) == pytest.approx(expected)


CLIPPED = {
    "categorical_cross_entropy": [1.0, 0.5, -1.0],
    "sparse_categorical_cross_entropy": [1.0, 0.5, -1.0],
    "categorical_cross_entropy_raw": [0.3, 0.4, 0.5],
}


@pytest.mark.parametrize(("name", "others"), CLIPPED.items())
def test_a_clipped_probability_sends_no_gradient_back(name, others):
    u = torch.tensor([[[1e-9, 0.5, 2.0], others]], dtype=torch.float64)
    target = torch.zeros(1, 3, dtype=torch.int64)
    spec = loss(name)
    if spec.codings["binary"].target == "one_hot":
        target = torch.nn.functional.one_hot(target, 2).double().transpose(1, 2)
    losses, grad = spec.per_sample(u, target), spec.gradient(u, target)
    assert losses[0].tolist() == pytest.approx([-math.log(1e-7), math.log(2), -math.log(1 - 1e-7)])
    assert (grad[0, :, 0] == 0).all()
    assert grad[0, 0, 1] != 0
    assert (grad[0, :, 2] == 0).all()


def test_the_raw_cross_entropy_sees_the_true_class_alone_and_not_the_others_share():
    u = torch.tensor([[[0.5, 0.5], [0.5, 4.0]]], dtype=torch.float64)
    target = torch.tensor([[[1.0, 1.0], [0.0, 0.0]]], dtype=torch.float64)
    spec = loss("categorical_cross_entropy_raw")
    assert spec.per_sample(u, target)[0].tolist() == pytest.approx([math.log(2), math.log(2)])
    assert spec.gradient(u, target)[0].tolist() == [[-2.0, -2.0], [0.0, 0.0]]


def test_bce_has_torchs_value_and_gradient_on_saturated_outputs():
    u = torch.tensor([[[0.0, 1.0, 0.0, 1.0, 1e-30, 1 - 1e-7]]])
    target = torch.tensor([[[1.0, 0.0, 0.0, 1.0, 1.0, 0.0]]])
    expected, grad = by_autograd(lambda x: torch.nn.functional.binary_cross_entropy(x, target, reduction="none"), u)
    losses, of_autograd = by_autograd(lambda x: loss("bce").per_sample(x, target), u)
    torch.testing.assert_close(losses, expected[:, 0])
    torch.testing.assert_close(of_autograd, grad)
    torch.testing.assert_close(loss("bce").gradient(u, target), grad)
    assert losses.max() == 100


def test_softmax_twice_has_the_known_floors():
    for n_classes, floor in ((2, 0.3133), (3, 0.5514), (4, 0.7437), (10, 1.4612)):
        perfect = torch.full((1, n_classes, 1), -1e3, dtype=torch.float64)
        perfect[0, 0] = 1e3
        true = torch.zeros(1, 1, dtype=torch.int64)
        value = loss("cross_entropy").per_sample(torch.softmax(perfect, 1), true, label_smoothing=0.0)
        assert float(value) == pytest.approx(floor, abs=5e-5)
        assert float(value) == pytest.approx(math.log(1 + (n_classes - 1) / math.e))


@pytest.mark.parametrize(("smoothing", "n_classes"), [(0.1, 2), (0.1, 10), (0.4, 3)])
def test_smoothed_labels_cannot_cost_less_than_their_entropy(smoothing, n_classes):
    rest = smoothing / n_classes
    true = 1 - smoothing + rest
    u = torch.full((1, n_classes, 1), math.log(rest), dtype=torch.float64)
    u[0, 0] = math.log(true)
    spec, index = loss("cross_entropy"), torch.zeros(1, 1, dtype=torch.int64)
    entropy = scipy.stats.entropy([true, *[rest] * (n_classes - 1)])
    assert float(spec.per_sample(u, index, label_smoothing=smoothing)) == pytest.approx(entropy)
    assert spec.gradient(u, index, label_smoothing=smoothing).abs().max() < 1e-12
