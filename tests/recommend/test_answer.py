"""Where finalists stand, what is to be avoided, and that nothing is recommended where nothing learnt."""

from actloss_cli.analysis import analyse
from actloss_cli.recommend.answer import recommend
from actloss_cli.recommend.profile import ClassFacts, Profile
from actloss_cli.recommend.record import Avoided, Record
from tests.analysis.conftest import Measured, build_run

DEFAULT = "relu/identity/bce_with_logits/adam"
GOOD, NOISY = [0.9] * 10, [0.80, 0.98] * 5


def record_of(*avoided):
    return Record(
        key="",
        profile=Profile("binary", "", 400, 2, 2, 0.0, ClassFacts(("a", "b"), "a", 0.5)),
        default=DEFAULT,
        epochs=20,
        n_candidates=10,
        n_sound=8,
        avoided=avoided,
        rung_epochs=(),
    )


def avoided(example, verdict="fails"):
    return Avoided("output relu, loss mse", 5, verdict, "it can't reach them", example)


def answer_of(measured, *avoids):
    run = build_run(measured)
    return recommend(run, analyse(run), record_of(*avoids))


def test_finalists_stand_by_their_verdicts_the_best_first():
    answer = answer_of(
        {
            DEFAULT: Measured(final=[0.7] * 10),
            "tanh/identity/hinge/adam": Measured(final=GOOD),
            "silu/identity/hinge/adam": Measured(final=[0.899] * 10, validation=[0.8] * 10),
            "gelu/identity/hinge/adam": Measured(final=NOISY, validation=[0.8] * 10),
        }
    )
    assert [(one.pairing.partition("/")[0], one.standing) for one in answer.finalists] == [
        ("tanh", "best"),
        ("silu", "as good"),
        ("gelu", "undecided"),
        ("relu", "worse"),
    ]
    assert answer.best is answer.finalists[0]
    assert answer.default is answer.finalists[-1]
    assert answer.no_signal == ""


def test_a_predicted_mismatch_is_told_as_measured_where_it_was_trained_and_is_no_finalist():
    answer = answer_of(
        {DEFAULT: Measured(final=GOOD), "relu/relu/mse/adam": Measured(final=[0.55] * 10)},
        avoided("relu/relu/mse/adam"),
        avoided("tanh/relu/mse/sgd"),
    )
    assert [one.pairing for one in answer.finalists] == [DEFAULT]
    assert [(one.verdict, one.measured) for one in answer.avoid] == [("fails", True), ("fails", False)]
    assert answer.avoid[1].cause == "it can't reach them"


def test_a_predicted_mismatch_that_works_after_all_is_a_finalist_and_not_to_be_avoided():
    answer = answer_of(
        {DEFAULT: Measured(final=GOOD), "relu/relu/mse/adam": Measured(final=GOOD)}, avoided("relu/relu/mse/adam")
    )
    assert {one.pairing for one in answer.finalists} == {DEFAULT, "relu/relu/mse/adam"}
    assert answer.avoid == ()


def test_what_can_not_be_trained_is_avoided_for_the_reason_that_was_known_before():
    answer = answer_of(
        {DEFAULT: Measured(final=GOOD), "relu/identity/bce/adam": Measured(invalid="bce takes [0, 1]")},
        avoided("relu/identity/bce/adam", "invalid"),
    )
    assert [(one.verdict, one.cause, one.measured) for one in answer.avoid] == [
        ("invalid", "it can't reach them", False)
    ]


def test_nothing_is_recommended_where_nothing_beats_the_trivial_predictor():
    answer = answer_of({DEFAULT: Measured(final=[0.51] * 10, validation=[0.9] * 10)})
    assert answer.best is None
    assert "not clearly 0.1" in answer.no_signal
    assert {one.standing for one in answer.finalists} == {"undecided"}
