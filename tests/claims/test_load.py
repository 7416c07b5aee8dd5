"""Reading a claims file: what is wrong is told by place, all at once, in the words of the config loader."""

from pathlib import Path

import pytest

from actloss_cli.claims.load import load_claims
from actloss_cli.errors import UserError

ROOT = Path(__file__).parents[2]
GOOD = "id: A, text: t, source: s, fact: printed_numbers"


def problems(folder: Path, text: str) -> str:
    (folder / "c.yaml").write_text(text)
    with pytest.raises(UserError) as caught:
        load_claims(folder / "c.yaml")
    return str(caught.value).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (
            "{id: A, text: t, source: s}",
            "error: c.yaml:2:5: claims[0]: states nothing\nhint: a claim has exactly one of: compare, equal, keeps, "
            "best_among, exists, share, step_time, fact",
        ),
        (
            f"{{{GOOD}, share: {{factors: [seeds], than: 0.1}}}}",
            "error: c.yaml:2:5: claims[0]: has share and fact\nhint: a claim has exactly one of: compare, equal, "
            "keeps, best_among, exists, share, step_time, fact",
        ),
        (
            "{id: A, text: t, source: s, fact: printed_number}",
            "error: c.yaml:2:39: claims[0].fact: unknown fact 'printed_number'\nhint: did you mean 'printed_numbers'?",
        ),
        (
            f"{{{GOOD}, musst: supported}}",
            "error: c.yaml:2:56: claims[0]: unknown key 'musst'\nhint: did you mean 'must'?",
        ),
        (
            f"{{{GOOD}, must: holds}}",
            "error: c.yaml:2:62: claims[0].must: must be one of supported, refuted, not 'holds'",
        ),
        (
            "{id: A B, text: t, source: s, fact: printed_numbers}",
            "error: c.yaml:2:10: claims[0].id: 'A B' can't be an id\nhint: use up to 32 letters, digits, '_' and '-'",
        ),
        (
            "{id: A, text: t, source: s, compare: {a: {loss: mse}, metric: scores, direction: less, than: 1}}",
            "error: c.yaml:2:67: claims[0].compare.metric: unknown metric 'scores'\nhint: did you mean 'score'?",
        ),
        (
            "{id: A, text: t, source: s, compare: {a: {loss: mse}, metric: score, direction: less}}",
            "error: c.yaml:2:42: claims[0].compare: needs one of 'b' and 'than'\n"
            "hint: 'b' is another side, 'than' a number",
        ),
        (
            "{id: A, text: t, source: s, compare: {a: {los: mse}, metric: score, direction: less, than: 1}}",
            "error: c.yaml:2:47: claims[0].compare.a: unknown key 'los'\nhint: did you mean 'loss'?",
        ),
        (
            "{id: A, text: t, source: s, equal: {a: {loss: mse}, b: {loss: mse}, metric: score, within: 1}}",
            "error: c.yaml:2:60: claims[0].equal.b: is the same as 'a'\n"
            "hint: name what differs: an activation, a loss, ..",
        ),
        (
            "{id: A, text: t, source: s, equal: {a: {loss: mse}, b: {loss: mae}, metric: log_loss, within: 0.5}}",
            "error: c.yaml:2:99: claims[0].equal.within: must be at least 1, not 0.5: log_loss is compared by ratio\n"
            "hint: write 1.2 for 'by a fifth'",
        ),
        (
            "{id: A, text: t, source: s, best_among: {a: {loss: mse}, role: activation, metric: score}}",
            "error: c.yaml:2:49: claims[0].best_among.a: must name the activation that is the best",
        ),
        (
            "{id: A, text: t, source: s, config: x.yaml, keeps: {a: {loss: mse}}}",
            "error: c.yaml:2:41: claims[0].config: there is no file 'x.yaml'\nhint: paths start from ",
        ),
    ],
)
def test_what_is_wrong_is_told_by_its_place(tmp_path, claim, expected):
    assert problems(tmp_path, f"claims:\n  - {claim}\n").startswith(expected)


def test_all_problems_come_at_once_from_top_to_bottom(tmp_path):
    text = f"claims:\n  - {{{GOOD}}}\n  - {{{GOOD}, config: y.yaml}}\n"
    assert problems(tmp_path, text) == (
        "error: c.yaml:3:10: claims[1].id: repeats 'A'\nhint: an id names one claim\n"
        "error: c.yaml:3:64: claims[1].config: is not needed: the claim is tested on the functions themselves\n"
        "hint: remove it"
    )


def test_a_file_that_is_not_there_or_holds_no_claims_is_told_so(tmp_path):
    with pytest.raises(UserError, match=r"there is no such file\nhint: a claims file is YAML"):
        load_claims(tmp_path / "none.yaml")
    assert problems(tmp_path, "- a\n") == (
        "error: c.yaml:1:1: the top is no mapping\nhint: a claims file is a mapping with the list 'claims'"
    )


def test_claims_are_chosen_by_id_and_a_slip_is_told(tmp_path):
    claims = load_claims(ROOT / "configs" / "claims.yaml")
    assert [claim.id for _, claim in claims.only({"C35", "C06"}).claims] == ["C06", "C35"]
    with pytest.raises(UserError, match=r"no claim has the id 'C99'\nhint: "):
        claims.only({"C99"})


def test_the_shipped_claims_cover_every_statement_of_the_documents_and_the_literature():
    ids = [claim.id for _, claim in load_claims(ROOT / "configs" / "claims.yaml").claims]
    rows = {id_.rstrip("abcdef") for id_ in ids}
    assert {f"C{n:02d}" for n in range(1, 36)} <= rows
    assert len({id_ for id_ in rows if id_.startswith("L")}) >= 10
