"""Outcomes of claims as JUnit XML and as a Markdown summary: what continuous integration shows of them."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from actloss_cli.claims.outcome import Outcome
from actloss_cli.claims.suite import Suite
from actloss_cli.report.claims_sentences import outcome_sentence
from actloss_cli.report.claims_view import in_order, summary_text
from actloss_cli.report.escape import printable
from actloss_cli.report.markdown import plain, table


def junit_xml(suite: Suite) -> str:
    """One test case per claim: it fails where the claim must come out otherwise than it did."""
    root = ET.Element(
        "testsuite",
        name="actloss claims",
        tests=str(len(suite.outcomes) + len(suite.skipped)),
        failures=str(len(suite.broken)),
        errors="0",
        skipped=str(len(suite.skipped)),
    )
    for outcome in suite.outcomes:
        root.append(_case(outcome))
    for claim in suite.skipped:
        case = ET.SubElement(root, "testcase", classname="claims", name=f"{claim.id} {printable(claim.text)}")
        ET.SubElement(case, "skipped", message=f"the run of {claim.config} was not given")
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def summary_markdown(suite: Suite) -> str:
    """A table for the summary of a job; what must come out otherwise is first."""
    return "\n\n".join(_paragraphs(suite)) + "\n"


def _case(outcome: Outcome) -> ET.Element:
    claim = outcome.claim
    case = ET.Element("testcase", classname="claims", name=f"{claim.id} {printable(claim.text)}")
    sentence = printable(outcome_sentence(outcome))
    if outcome.holds is False:
        failure = ET.SubElement(case, "failure", message=f"{outcome.result}, must be {claim.must}")
        failure.text = sentence
    ET.SubElement(case, "system-out").text = f"{outcome.result}: {sentence}"
    return case


def _paragraphs(suite: Suite) -> Iterator[str]:
    yield "## Claims"
    yield f"{summary_text(suite)}. {len(suite.broken)} of those that must come out in one way did not."
    ordered = sorted(in_order(suite.outcomes), key=lambda one: one.holds is not False)
    rows = (
        [
            plain(one.claim.id),
            f"**{one.result}**, must be {one.claim.must}" if one.holds is False else one.result,
            plain(printable(one.claim.text)),
            plain(printable(outcome_sentence(one))),
        ]
        for one in ordered
    )
    yield table(["claim", "outcome", "text", "measured"], rows)
