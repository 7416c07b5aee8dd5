"""The shipped claims that need no run: every fact holds, and a check that finds nothing says so."""

from pathlib import Path

import pytest
import torch

from actloss_cli.claims import facts
from actloss_cli.claims.evaluate import evaluate
from actloss_cli.claims.load import load_claims

FACTS = [claim for _, claim in load_claims(Path(__file__).parents[2] / "configs/claims.yaml").claims if claim.fact]


@pytest.mark.parametrize("claim", FACTS, ids=lambda claim: claim.id)
def test_a_shipped_fact_is_as_the_file_says_it_must_be(claim):
    outcome = evaluate(claim, None)
    assert outcome.holds is True
    assert outcome.fact


def test_every_fact_is_claimed_by_the_shipped_file():
    assert {claim.fact for claim in FACTS} == set(facts.FACTS)


def test_a_fact_that_does_not_hold_is_refuted(monkeypatch):
    monkeypatch.setattr(facts, "_POINTS", torch.tensor([-1.0, 0.1, 2.0], dtype=torch.float64))
    claim = next(claim for claim in FACTS if claim.fact == "printed_numbers")
    outcome = evaluate(claim, None)
    assert outcome.result == "refuted"
    assert outcome.holds is False
