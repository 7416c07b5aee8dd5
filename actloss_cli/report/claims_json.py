"""Outcomes of claims as JSON: for scripts and continuous integration."""

from dataclasses import asdict
from typing import Any

from actloss_cli.claims.outcome import Outcome
from actloss_cli.claims.suite import Suite
from actloss_cli.report.claims_sentences import outcome_sentence
from actloss_cli.report.json_text import document


def suite_json(suite: Suite) -> str:
    """Every claim with its cases; numbers that do not exist are null."""
    return document(
        {
            "claims": [_outcome(one) for one in suite.outcomes],
            "skipped": [claim.id for claim in suite.skipped],
            "runs": [run.name for run in suite.runs],
        }
    )


def _outcome(outcome: Outcome) -> dict[str, Any]:
    claim = outcome.claim
    return {
        "id": claim.id,
        "text": claim.text,
        "source": claim.source,
        "covers": claim.covers or None,
        "published": claim.published or None,
        "result": outcome.result,
        "must": claim.must,
        "sentence": outcome_sentence(outcome),
        "holds_from": outcome.holds_from,
        "holds_to": outcome.holds_to,
        "p_for": outcome.p_for,
        "p_against": outcome.p_against,
        "q": outcome.q,
        "cases": [asdict(case) | {"result": case.result} for case in outcome.cases],
    }
