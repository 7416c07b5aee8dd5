"""What a config may say of models: one, or a list of them, each by its `kind`. Knows no places in the text."""

import math
from typing import Annotated, Literal, TypeAlias, get_args

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from actloss_cli.catalogue.choice import CODE_PREFIX
from actloss_cli.config.flaw import Flaw, carried
from actloss_cli.config.section import Label, Section, Text, Whole
from actloss_cli.config.wording import nearest, shown
from actloss_cli.plan.shaped_models import ConvolutionKind, ConvolutionSpec, RecurrentKind, RecurrentSpec, Shape
from actloss_cli.plan.trial import Model, ModelKind, ModelSpec, Norm

MAX_MODELS = 100
MAX_LAYERS = 100
MAX_WIDTH = 65_536
"""These bounds keep a slip of the finger from asking for more than any machine holds."""

Init: TypeAlias = Literal["torch", "kaiming", "xavier", "lecun"]
Width: TypeAlias = Annotated[Whole, Field(le=MAX_WIDTH)]
KINDS: tuple[str, ...] = (*get_args(ModelKind), *get_args(ConvolutionKind), *get_args(RecurrentKind))

CONVOLUTION, RECURRENT, OWN = "<convolution>", "<recurrent>", "<own>"
"""The tags of models that read a row as a sequence or an image, and of those of one's own code."""


def _known_kind(value: object) -> object:
    if value not in KINDS:
        hint = nearest(value, KINDS) if isinstance(value, str) else ""
        raise carried([Flaw((), f"must be one of {', '.join(KINDS)}, not {shown(value)}", hint)])
    return value


class ModelSection(Section):
    """The MLP, plain or with residual layers; no hidden layers make a linear model."""

    hidden: list[Width] = Field(default=list(ModelSpec.hidden), max_length=MAX_LAYERS)
    init: Init = "torch"
    kind: Annotated[ModelKind, BeforeValidator(_known_kind)] = "mlp"
    norm: Norm = "none"
    label: Annotated[Label, Field(alias="as")] = ""

    def misfit(self, shape: tuple[int, ...]) -> tuple[str, str] | None:
        """Message and hint where no such model can be, or none on rows of that shape."""
        if self.kind == "residual" and (len(self.hidden) < 2 or len(set(self.hidden)) > 1):
            message = "a residual model needs two hidden layers or more, all of one width"
            return message, "a layer is added to the one before it; write hidden: [32, 32, 32], say"
        return None

    def spec(self, shape: tuple[int, ...]) -> Model:
        """The model, for rows of that shape."""
        return ModelSpec(tuple(self.hidden), self.init, self.kind, self.norm)


class ShapedSection(Section):
    """What models have in common that read a row as a sequence or an image."""

    init: Init = "torch"
    shape: list[Whole] = Field(default_factory=list, max_length=3)
    label: Annotated[Label, Field(alias="as")] = ""

    def rows(self, shape: Shape) -> Shape:
        """How rows are read that lie in that shape by themselves."""
        return tuple(self.shape) or shape

    def misread(self, shape: Shape, kind: str, lies: str) -> tuple[str, str] | None:
        """Message and hint where rows of that shape can't be read as they would have to lie for this kind."""
        if self.shape and math.prod(self.shape) != math.prod(shape):
            message = f"'shape' holds {math.prod(self.shape)} numbers, a row of the dataset has {math.prod(shape)}"
            return message, "channels x steps, or channels x height x width, make a row"
        if len(self.rows(shape)) == len(lies.split(", ")):
            return None
        as_what = {1: "a table", 2: "a sequence", 3: "an image"}[len(self.rows(shape))]
        message = f"{kind} reads rows of ({lies}), a row here is that of {as_what}"
        return message, f"take another dataset, or say how its rows lie: shape: [{lies}]"


class ConvolutionSection(ShapedSection):
    """Convolutions, then a linear layer."""

    kind: ConvolutionKind
    channels: list[Width] = Field(default=list(ConvolutionSpec.channels), min_length=1, max_length=MAX_LAYERS)
    kernel: Width = ConvolutionSpec.kernel
    stride: Width = ConvolutionSpec.stride

    def misfit(self, shape: Shape) -> tuple[str, str] | None:
        """Message and hint where no such model can be on rows of that shape."""
        lies = "channels, steps" if self.kind == "conv1d" else "channels, height, width"
        if words := self.misread(shape, self.kind, lies):
            return words
        for number, (_, *places) in enumerate(self.spec(shape).shapes[:-1], 1):
            if min(places) < self.kernel:
                size = " x ".join(map(str, places))
                message = f"a kernel of {self.kernel} doesn't fit into convolution {number}, which is given {size}"
                return message, "take fewer convolutions, or a smaller kernel or stride"
        return None

    def spec(self, shape: Shape) -> ConvolutionSpec:
        """The model, for rows of that shape."""
        return ConvolutionSpec(self.kind, self.rows(shape), tuple(self.channels), self.kernel, self.stride, self.init)


class RecurrentSection(ShapedSection):
    """A recurrent cell, then a linear layer."""

    kind: RecurrentKind
    width: Width = RecurrentSpec.width

    def misfit(self, shape: Shape) -> tuple[str, str] | None:
        """Message and hint where no such model can be on rows of that shape."""
        return self.misread(shape, self.kind, "channels, steps")

    def spec(self, shape: Shape) -> RecurrentSpec:
        """The model, for rows of that shape."""
        return RecurrentSpec(self.rows(shape), self.width, self.init)


class OwnModelSection(Section):
    """What a factory of one's own makes; `python:MODULE:NAME` alone means the same as its mapping."""

    kind: Text
    label: Annotated[Label, Field(alias="as")] = ""

    @model_validator(mode="before")
    @classmethod
    def _named_alone(cls, value: object) -> object:
        return {"kind": value} if isinstance(value, str) else value


def _kind(value: object) -> str:
    if isinstance(value, OwnModelSection) or _is_code(value):
        return OWN
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", "")
    if _is_code(kind):
        return OWN
    if kind in get_args(ConvolutionKind):
        return CONVOLUTION
    return RECURRENT if kind in get_args(RecurrentKind) else "<mlp>"


def _is_code(value: object) -> bool:
    return isinstance(value, str) and value.startswith(CODE_PREFIX)


AnyModelSection = Annotated[
    Annotated[ModelSection, Tag("<mlp>")]
    | Annotated[ConvolutionSection, Tag(CONVOLUTION)]
    | Annotated[RecurrentSection, Tag(RECURRENT)]
    | Annotated[OwnModelSection, Tag(OWN)],
    Discriminator(_kind),
]
"""Each has a `label`, and each but the own a `misfit` and a `spec`."""


def _form(value: object) -> str:
    return "<list>" if isinstance(value, list) else "<one>"


Models = Annotated[
    Annotated[AnyModelSection, Tag("<one>")]
    | Annotated[list[AnyModelSection], Field(min_length=1, max_length=MAX_MODELS), Tag("<list>")],
    Discriminator(_form),
]
