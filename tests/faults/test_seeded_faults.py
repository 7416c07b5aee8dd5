"""Twenty mistakes made on purpose, trained beside healthy pairings: is each one named, is nobody else blamed?"""

from pathlib import Path

import pytest

from actloss_cli.analysis import analyse
from actloss_cli.analysis.causes import CauseName
from actloss_cli.store.reader import read_run
from actloss_cli.theory.notice import NoticeName
from tests.tiny_grid import actloss

pytestmark = pytest.mark.long

FAULTS = {
    "digits/relu/softmax/cross_entropy/adam": {NoticeName.SOFTMAX_TWICE},
    "digits/relu/softmax/nll/adam": {NoticeName.PROBABILITIES_AS_LOGS},
    "digits/relu/identity/nll/adam": {NoticeName.UNBOUNDED_LOSS},
    "digits/relu/identity/categorical_cross_entropy/adam": {NoticeName.MISSING_SOFTMAX},
    "digits/relu/log_softmax/categorical_cross_entropy/adam": {NoticeName.MISSING_SOFTMAX},
    "moons/relu/identity/bce/adam": {NoticeName.OUTSIDE_DOMAIN},
    "moons/relu/sigmoid/bce_with_logits/adam": {NoticeName.SIGMOID_TWICE},
    "moons/relu/sigmoid/hinge/adam": {NoticeName.CODE_OUT_OF_REACH},
    "moons/relu/softmax/bce/adam": {NoticeName.ONE_UNIT_SOFTMAX},
    "moons/relu/softmax/bce_with_logits/adam": {NoticeName.ONE_UNIT_SOFTMAX},
    "moons/relu/softmax/hinge/adam": {NoticeName.ONE_UNIT_SOFTMAX},
    "friedman1/relu/sigmoid/mse/adam": {NoticeName.TARGETS_OUT_OF_REACH},
    "friedman1/relu/relu/mse/adam": {NoticeName.TARGETS_OUT_OF_REACH},
    "friedman1/relu/identity/cross_entropy/adam": {NoticeName.NO_CODING},
    "imbalanced/relu/sigmoid/bce_with_logits/adam": {CauseName.DEAD_OUTPUT, CauseName.THRESHOLD},
    "spirals/identity/identity/bce_with_logits/adam": {NoticeName.NO_NONLINEARITY},
    "deep/sigmoid/identity/bce_with_logits/adam": {CauseName.VANISHING_GRADIENT},
    "narrow/relu/identity/mse/adam": {CauseName.DEAD_UNITS},
    "high rate/relu/identity/cross_entropy/adam": {CauseName.DEAD_UNITS, CauseName.LR_TOO_HIGH, CauseName.EXPLODED},
    "low rate/relu/identity/cross_entropy/sgd": {CauseName.LR_TOO_LOW},
}
"""Pairing to the causes or notices that are right for it."""
HEALTHY = (
    "digits/relu/identity/cross_entropy/adam",
    "digits/relu/softmax/categorical_cross_entropy/adam",
    "digits/relu/log_softmax/cross_entropy/adam",
    "digits/relu/log_softmax/nll/adam",
    "moons/relu/identity/bce_with_logits/adam",
    "moons/relu/identity/hinge/adam",
    "moons/relu/sigmoid/bce/adam",
    "friedman1/relu/identity/mse/adam",
    "imbalanced/relu/identity/mse/adam",
    "imbalanced/relu/identity/bce_with_logits/adam",
    "imbalanced/relu/sigmoid/bce/adam",
    "spirals/relu/identity/bce_with_logits/adam",
    "spirals/tanh/identity/bce_with_logits/adam",
    "deep/relu/identity/bce_with_logits/adam",
    "deep/tanh/identity/bce_with_logits/adam",
    "deep/elu/identity/bce_with_logits/adam",
    "narrow/tanh/identity/mse/adam",
    "narrow/leaky_relu/identity/mse/adam",
    "high rate/relu/identity/cross_entropy/sgd",
    "low rate/relu/identity/cross_entropy/adam",
)


@pytest.fixture(scope="module")
def pairings(tmp_path_factory):
    results = tmp_path_factory.mktemp("faults")
    answer = actloss("run", Path(__file__).with_name("faults.yaml"), "--results", results, cwd=results)
    assert answer.returncode == 0, answer.stderr
    return analyse(read_run(results / "faults")).pairings


def names(row):
    return {row["cause_name"], *row["notice_names"].split(" | ")} - {""}


def test_at_least_nine_faults_in_ten_get_their_right_cause_or_notice(pairings):
    wrong = {id_: names(pairings.loc[id_]) for id_, right in FAULTS.items() if not names(pairings.loc[id_]) & right}
    assert len(wrong) <= len(FAULTS) / 10, wrong


def test_at_most_one_healthy_pairing_in_twenty_is_blamed_or_noticed(pairings):
    wrong = {id_: names(pairings.loc[id_]) for id_ in HEALTHY if names(pairings.loc[id_])}
    assert len(wrong) <= len(HEALTHY) / 20, wrong


def test_every_mismatched_pairing_has_a_cause_and_no_other_has(pairings):
    mismatched = pairings["verdict"].isin(["impaired", "fails", "unstable", "diverges", "invalid"])
    assert ((pairings["cause"] != "") == mismatched).all()


def test_softmax_applied_twice_costs_probabilities_more_than_score(pairings):
    row = pairings.loc["digits/relu/softmax/cross_entropy/adam"]
    assert (row["score_grade"], row["probability_grade"]) == ("good", "impaired")
    assert row["log_loss_ratio"] > 5
