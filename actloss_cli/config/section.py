"""What the sections of a config are made of: their base and the types of their values. Knows no section."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from actloss_cli.config.flaw import Flaw, carried
from actloss_cli.config.wording import LABEL_RULE, label_problem, shown


def _printable(text: str) -> str:
    if not text.isprintable():
        raise carried([Flaw((), f"{shown(text)} holds characters that can't be shown")])
    return text


def _label(text: str) -> str:
    if problem := label_problem(text):
        raise carried([Flaw((), problem, LABEL_RULE)])
    return text


Text = Annotated[str, Field(min_length=1, max_length=4096), AfterValidator(_printable)]
Label = Annotated[str, AfterValidator(_label)]
Whole = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(gt=0, lt=1)]
Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Section(BaseModel):
    """A mapping whose keys are all known; YAML has types already, so nothing is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
