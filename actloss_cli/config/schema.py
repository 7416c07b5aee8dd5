"""What a config may say: the models that pydantic validates a config's values against. Knows no places in the text."""

from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    ValidationInfo,
    model_validator,
)

from actloss_cli.catalogue import OPTIMIZERS, Choice, Kind
from actloss_cli.config.axes import Axis, read_axis
from actloss_cli.config.code_rule import NO_CODE
from actloss_cli.config.entries import Role
from actloss_cli.config.flaw import Flaw, carried
from actloss_cli.config.model_sections import Models, ModelSection
from actloss_cli.config.section import Label, Rate, Section, Share, Text, Whole
from actloss_cli.config.wording import run_name_problem
from actloss_cli.datasets.dataset import Missing
from actloss_cli.plan.learning_rates import base_grid
from actloss_cli.plan.thresholds import Thresholds
from actloss_cli.plan.trial import LrRule, SeedCounts, TrainingSpec
from actloss_cli.seeding import SEEDS_IN_SET

MAX_TASKS = 100
MAX_POINTS = 100
MAX_SEEDS = SEEDS_IN_SET
MAX_SETS = 100_000
MAX_EPOCHS = 1_000_000
MAX_BATCH = 2**31 - 1
"""These bounds keep a slip of the finger from asking for more than any machine holds."""

TAG_SIGN = "<"
"""Begins the tags of unions, so that they can be told from keys in the path of an error."""
OPENML = "<openml>"
"""The tag of a dataset of OpenML."""
OPENML_PREFIX = "openml:"
"""Begins the short form of such a dataset, `openml:31`."""


def _run_name(text: str) -> str:
    if problem := run_name_problem(text):
        hint = "use up to 64 letters, digits, '_', '-' and inner dots, as in 'my-grid'"
        raise carried([Flaw((), problem, hint)])
    return text


def _one_or_more(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _id_as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _distinct(values: list[float]) -> list[float]:
    repeats = [i for i, value in enumerate(values) if value in values[:i]]
    if repeats:
        raise carried(Flaw((i,), f"repeats {values[i]:g}", "remove it") for i in repeats)
    return values


class LrGrid(Section):
    """A log grid, over each optimizer's own range where no ends are given; a single rate is written as a number."""

    points: Annotated[int, Field(ge=2, le=MAX_POINTS)] = LrRule.points
    low: Annotated[Rate | None, Field(alias="from")] = None
    high: Annotated[Rate | None, Field(alias="to")] = None

    @model_validator(mode="after")
    def _ends_fit(self) -> Self:
        if (self.low is None) != (self.high is None):
            raise carried(
                [Flaw((), "'from' and 'to' go together", "give both, or neither for the optimizer's own range")]
            )
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise carried([self._disorder(self.low, self.high)])
        return self

    @model_validator(mode="after")
    def _points_are_distinct(self) -> Self:
        if self.low is not None:
            # With ends given, the rates are the same for every optimizer.
            rates = base_grid(LrRule(self.points, self.low, self.high), Choice.of(OPTIMIZERS[0].name))
            if len(set(rates)) < self.points:
                message = f"'from' ({self.low!r}) and 'to' ({self.high!r}) are too close for {self.points} points"
                hint = "rates are rounded to six digits: move the ends apart, or give one rate as a number"
                raise carried([Flaw((), message, hint)])
        return self

    @staticmethod
    def _disorder(low: float, high: float) -> Flaw:
        if low == high:
            return Flaw((), f"'from' and 'to' are both {low!r}", f"for that one rate write 'lr: {low!r}'")
        hint = f"swap them: 'from' is the lower end, so write {{from: {high!r}, to: {low!r}}}"
        return Flaw((), f"'from' ({low!r}) must be below 'to' ({high!r})", hint)


class SeedsSection(Section):
    """How many seeds; two finals are the least that have a spread; and which."""

    tune: Annotated[Whole, Field(le=MAX_SEEDS)] = SeedCounts.tune
    final: Annotated[int, Field(ge=2, le=MAX_SEEDS)] = SeedCounts.final
    set: Annotated[int, Field(ge=0, le=MAX_SETS)] = SeedCounts.set


class TrainingSection(Section):
    """The budget of one training."""

    epochs: Annotated[Whole, Field(le=MAX_EPOCHS)] = TrainingSpec.epochs
    batch_size: Annotated[Whole, Field(le=MAX_BATCH)] = TrainingSpec.batch_size


class VerdictSection(Section):
    """What verdicts hang on, where it is not to be what the design says; see `Thresholds` for what each means."""

    margin: Share = Thresholds.margin
    fail_share: Share = Thresholds.fail_share
    fail_seeds: Share = Thresholds.fail_seeds
    min_unstable: Whole = Thresholds.min_unstable
    signal: Share = Thresholds.signal
    level: Share = Thresholds.level
    slow_factor: Annotated[float, Field(ge=1, allow_inf_nan=False)] = Thresholds.slow_factor
    slow_p: Share = Thresholds.slow_p
    slow_evaluations: Annotated[int, Field(ge=0)] = Thresholds.slow_evaluations
    most_seeds: Annotated[Whole, Field(le=MAX_SEEDS)] = Thresholds.most_seeds
    looks: Annotated[int, Field(ge=1, le=2)] = Thresholds.looks

    @model_validator(mode="after")
    def _leaves_room(self) -> Self:
        if self.fail_share >= 1 - self.margin:
            message = f"'fail_share' ({self.fail_share:g}) must be below 1 - 'margin' ({1 - self.margin:g})"
            raise carried([Flaw((), message, "what fails must keep less than what is impaired")])
        return self


class CsvSection(Section):
    """A file of the user's own, and the column to predict."""

    csv: Text
    target: Text
    missing: Missing = "error"


class OpenmlSection(Section):
    """A dataset of OpenML, and the column to predict where it isn't the one that OpenML names."""

    openml: Annotated[Text, BeforeValidator(_id_as_text)]
    target: Text = ""
    missing: Missing = "error"


class Pattern(Section):
    """Pairings to leave out: those that every part fits. A part that is not given fits all."""

    task: Text = "*"
    kind: Text = "*"
    dataset: Text = "*"
    activation: Text = "*"
    output: Text = "*"
    loss: Text = "*"
    optimizer: Text = "*"

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise carried([Flaw((), "must not be empty", "an empty pattern would leave nothing; name a loss, say")])
        return self


def _form(value: object) -> str:
    return "<mapping>" if isinstance(value, dict | BaseModel) else "<plain>"


def _dataset_form(value: object) -> str:
    asks_openml = isinstance(value, OpenmlSection) or (isinstance(value, dict) and "openml" in value)
    return OPENML if asks_openml else _form(value)


LrList = Annotated[
    list[Rate], Field(min_length=1, max_length=MAX_POINTS), AfterValidator(_distinct), BeforeValidator(_one_or_more)
]
Lr = Annotated[Annotated[LrGrid, Tag("<mapping>")] | Annotated[LrList, Tag("<plain>")], Discriminator(_form)]
DatasetName = Annotated[
    Annotated[CsvSection, Tag("<mapping>")] | Annotated[OpenmlSection, Tag(OPENML)] | Annotated[Text, Tag("<plain>")],
    Discriminator(_dataset_form),
]


def _axis(role: Role) -> Any:
    """Validation's context is the rule on code, where there is one."""

    def read(value: object, info: ValidationInfo) -> Axis:
        return read_axis(role, value, info.context or NO_CODE)

    return PlainValidator(read)


class Grid(Section):
    """What stands at the top for all tasks, and may stand in a task for that task alone.

    An axis that is not given is empty here. Which keys were given, `model_fields_set` tells.
    """

    activation: Annotated[Axis, _axis("activation")] = Field(default_factory=dict)
    output: Annotated[Axis, _axis("output")] = Field(default_factory=dict)
    loss: Annotated[Axis, _axis("loss")] = Field(default_factory=dict)
    optimizer: Annotated[Axis, _axis("optimizer")] = Field(default_factory=dict)
    lr: Lr = LrGrid()
    seeds: SeedsSection = SeedsSection()
    model: Models = ModelSection()
    training: TrainingSection = TrainingSection()
    exclude: list[Pattern] = Field(default_factory=list)


class TaskHead(BaseModel):
    """The part of a task that says on what data; read on its own too, to check the data whatever else is wrong."""

    model_config = ConfigDict(frozen=True, strict=True)

    kind: Kind
    dataset: DatasetName
    label: Label = ""
    """Not given: the dataset's name, or the file's without its ending."""


class TaskSection(Grid, TaskHead):
    """One task with its own settings."""

    model_config = Section.model_config


class ConfigFile(Grid):
    """A whole config."""

    name: Annotated[str, AfterValidator(_run_name)]
    tasks: Annotated[list[TaskSection], Field(min_length=1, max_length=MAX_TASKS)]
    verdict: VerdictSection = VerdictSection()
