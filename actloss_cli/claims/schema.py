"""What a claims file may say: the models that pydantic validates its values against. Knows no places in the text."""

import math
import re
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from actloss_cli.analysis.variance_shares import FACTORS, RESPONSES
from actloss_cli.claims.facts import FACTS
from actloss_cli.claims.metrics import METRICS, Metric
from actloss_cli.config.flaw import Flaw, carried
from actloss_cli.config.section import Section, Text
from actloss_cli.config.wording import nearest_or_all, shown

MAX_CLAIMS = 1000
STATEMENTS = ("compare", "equal", "keeps", "best_among", "exists", "share", "step_time", "fact")
"""The keys of which a claim has exactly one."""

Direction: TypeAlias = Literal["greater", "less", "at_least", "at_most"]
On: TypeAlias = Literal["all", "most", "some"]
Demand: TypeAlias = Literal["supported", "refuted"]
Bound = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def _metric(name: str) -> str:
    if name not in METRICS:
        raise carried(
            [Flaw((), f"unknown metric {shown(name)}", nearest_or_all(name, list(METRICS), "the metrics are"))]
        )
    return name


def _fact(name: str) -> str:
    if name not in FACTS:
        raise carried([Flaw((), f"unknown fact {shown(name)}", nearest_or_all(name, list(FACTS), "the facts are"))])
    return name


def _factor(name: str) -> str:
    if name not in FACTORS:
        raise carried(
            [Flaw((), f"unknown factor {shown(name)}", nearest_or_all(name, list(FACTORS), "the factors are"))]
        )
    return name


def _id(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", text):
        raise carried([Flaw((), f"{shown(text)} can't be an id", "use up to 32 letters, digits, '_' and '-'")])
    return text


MetricName = Annotated[str, AfterValidator(_metric)]
FactName = Annotated[str, AfterValidator(_fact)]
Factors = Annotated[list[Annotated[str, AfterValidator(_factor)]], Field(min_length=1, max_length=len(FACTORS))]


_SAME_SIDES = Flaw(("b",), "is the same as 'a'", "name what differs: an activation, a loss, ..")


class Side(Section):
    """One side of a comparison: the pairings that every part fits. A part that is not given fits all."""

    task: Text = "*"
    kind: Text = "*"
    dataset: Text = "*"
    model: Text = "*"
    activation: Text = "*"
    output: Text = "*"
    loss: Text = "*"
    optimizer: Text = "*"

    def with_part(self, part: str, text: str) -> "Side":
        """The same with another text in one part."""
        return self.model_copy(update={part: text})


class _Measured(Section):
    """Whatever rests on a metric; bounds are differences, or factors of 1 and more for a metric of ratios."""

    metric: MetricName

    @property
    def spec(self) -> Metric:
        """The metric's declaration."""
        return METRICS[self.metric]

    def on_scale(self, bound: float | None) -> float:
        """A bound on the scale that is tested: as it stands, or the logarithm of a factor; 0 where none is given."""
        if bound is None:
            return 0.0
        return math.log(bound) if self.spec.is_ratio else bound

    def _check(self, key: str, bound: float | None) -> None:
        if bound is not None and self.spec.is_ratio and bound < 1:
            message = f"must be at least 1, not {bound:g}: {self.metric} is compared by ratio"
            raise carried([Flaw((key,), message, "write 1.2 for 'by a fifth'")])


class _Contrast(_Measured):
    """`a` against `b`, or against the number `than`."""

    a: Side
    b: Side | None = None
    than: Annotated[float, Field(allow_inf_nan=False)] | None = None

    @property
    def number(self) -> float:
        """What `a` is held against where there is no `b`, on the scale that is tested."""
        assert self.than is not None, "one of the two is given"
        return math.log(self.than) if self.spec.is_ratio else self.than

    @model_validator(mode="after")
    def _has_one_other_side(self) -> Self:
        if (self.b is None) == (self.than is None):
            raise carried([Flaw((), "needs one of 'b' and 'than'", "'b' is another side, 'than' a number")])
        if self.than is not None and self.spec.is_ratio and self.than <= 0:
            raise carried([Flaw(("than",), f"must be above 0: {self.metric} is compared by ratio")])
        if self.a == self.b:
            raise carried([_SAME_SIDES])
        return self


class Compare(_Contrast):
    """The difference lies beyond a margin (greater, less), or not beyond it on the wrong side (at_least, at_most)."""

    direction: Direction
    margin: Bound | None = None

    @model_validator(mode="after")
    def _margin_fits(self) -> Self:
        self._check("margin", self.margin)
        return self


class Exists(_Measured):
    """`a` against `b` as in a comparison, but for at least one pairing on one task, instead of the mean over all."""

    a: Side
    b: Side
    direction: Direction
    margin: Bound | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        self._check("margin", self.margin)
        if self.a == self.b:
            raise carried([_SAME_SIDES])
        return self


class Equal(_Contrast):
    """The two differ by less than `within`."""

    within: Bound

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        self._check("within", self.within)
        if self.on_scale(self.within) == 0:
            raise carried([Flaw(("within",), "leaves no room: no data can show two means to be the very same")])
        return self


class Keeps(Section):
    """`a` keeps at least this share of what the task's best pairing gains over the floor."""

    a: Side
    share: Annotated[float, Field(gt=0, le=1)] = 0.95


class BestAmong(_Measured):
    """`a` is not worse, beyond a margin, than any other function in the same role."""

    a: Side
    role: Literal["activation", "output", "loss", "optimizer", "model"]
    within: Bound | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        self._check("within", self.within)
        if getattr(self.a, self.role) == "*":
            raise carried([Flaw(("a",), f"must name the {self.role} that is the best")])
        if self.spec.higher_is_better is None:
            raise carried([Flaw(("metric",), f"{self.metric} has no better side")])
        return self


class Share(Section):
    """What these factors explain together exceeds what others explain, or a number."""

    factors: Factors
    above: Factors | None = None
    than: Annotated[float, Field(ge=0, le=1)] | None = None
    response: Literal["score", "speed"] = "score"

    @model_validator(mode="after")
    def _has_one_other_side(self) -> Self:
        assert self.response in RESPONSES
        if (self.above is None) == (self.than is None):
            raise carried([Flaw((), "needs one of 'above' and 'than'", "'above' lists factors, 'than' is a share")])
        return self


class StepTime(Section):
    """A training step with one activation takes no longer, up to a factor, than with each of the others."""

    activation: Text
    others: Annotated[list[Text], Field(min_length=1, max_length=20)]
    within: Annotated[float, Field(ge=1, allow_inf_nan=False)] = 1.0


class ClaimSection(Section):
    """One claim."""

    id: Annotated[str, AfterValidator(_id)]
    text: Text
    source: Text
    covers: Text = ""
    published: Text = ""
    """Direction and size as the source has them, where it measures."""
    config: Text = ""
    """Of the run that it is tested on, as a path from the claims file on; not needed for facts."""
    holds_on: On = "all"
    """How many of the tasks it must hold on: all, more than half, or at least one."""
    must: Demand | None = None
    compare: Compare | None = None
    equal: Equal | None = None
    keeps: Keeps | None = None
    best_among: BestAmong | None = None
    exists: Exists | None = None
    share: Share | None = None
    step_time: StepTime | None = None
    fact: FactName | None = None

    @model_validator(mode="after")
    def _states_one_thing(self) -> Self:
        given = [key for key in STATEMENTS if getattr(self, key) is not None]
        if len(given) != 1:
            message = f"has {' and '.join(given)}" if given else "states nothing"
            raise carried([Flaw((), message, f"a claim has exactly one of: {', '.join(STATEMENTS)}")])
        return self

    @property
    def quantifier(self) -> On:
        """On how many of its cases it must hold."""
        return "some" if self.exists is not None else self.holds_on

    @property
    def needs_run(self) -> bool:
        """Whether it is tested on a run's trials."""
        return self.fact is None and self.step_time is None


class ClaimsFile(Section):
    """A whole claims file."""

    note: Annotated[str, Field(max_length=4096)] = ""
    """What a reader of the outcomes must know besides: how the claims came to their bounds, say."""
    claims: Annotated[list[ClaimSection], Field(min_length=1, max_length=MAX_CLAIMS)]
