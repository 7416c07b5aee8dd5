"""Predicted mismatches are told by as few functions as tell them apart, with the plainest example."""

from itertools import product

from actloss_cli.catalogue import Choice
from actloss_cli.plan.trial import Pairing
from actloss_cli.recommend.candidates import plain_default
from actloss_cli.recommend.mistakes import list_avoided
from actloss_cli.theory.predict import NOTHING_AGAINST, Prediction

DEFAULT = plain_default("regression")


def pairing(activation, output, loss, optimizer):
    return Pairing(*map(Choice.of, (activation, output, loss, optimizer)))


def foretold(is_bad):
    axes = (("tanh", "relu", "identity"), ("identity", "relu"), ("mse", "mae"), ("sgd", "adam"))
    return {
        pairing(*labels): Prediction("impaired", "rule", f"{labels} is bad") if is_bad(*labels) else NOTHING_AGAINST
        for labels in product(*axes)
    }


def told(is_bad):
    return [(one.functions, one.n_pairings, one.example) for one in list_avoided(foretold(is_bad), DEFAULT)]


def test_nothing_is_told_where_nothing_is_mismatched():
    assert told(lambda *_: False) == []


def test_a_head_under_which_nothing_works_is_told_as_a_head():
    assert told(lambda activation, output, loss, optimizer: (output, loss) == ("relu", "mae")) == [
        ("output relu, loss mae", 6, "relu/relu/mae/adam")
    ]


def test_what_is_left_is_told_by_activation_then_with_the_optimizer_then_one_by_one():
    def is_bad(activation, output, loss, optimizer):
        return (
            output == "relu"
            or activation == "identity"
            or (activation, optimizer) == ("tanh", "sgd")
            or (activation, loss, optimizer) == ("relu", "mae", "sgd")
        )

    assert told(is_bad) == [
        ("output relu, loss mse", 6, "relu/relu/mse/adam"),
        ("output relu, loss mae", 6, "relu/relu/mae/adam"),
        ("activation identity", 4, "identity/identity/mse/adam"),
        ("activation tanh, optimizer sgd", 2, "tanh/identity/mse/sgd"),
        ("activation relu, output identity, loss mae, optimizer sgd", 1, "relu/identity/mae/sgd"),
    ]


def test_the_reason_and_the_verdict_are_those_of_the_example():
    (one,) = list_avoided(foretold(lambda *labels: labels == ("tanh", "identity", "mae", "sgd")), DEFAULT)
    assert (one.verdict, one.reason) == ("impaired", "('tanh', 'identity', 'mae', 'sgd') is bad")
