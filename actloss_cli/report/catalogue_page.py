"""The page of the catalogue in Markdown, from the declarations: what each function is, how a config names it."""

from collections.abc import Iterable, Mapping, Sequence

from actloss_cli.catalogue import ACTIVATIONS, LOSSES, OPTIMIZERS
from actloss_cli.catalogue.losses import NOT_HERE
from actloss_cli.catalogue.spec import CLIPS, SCHEDULES, Spec
from actloss_cli.engine.schedule import STAIR_FACTOR, STAIRS, WARMUP_SHARE
from actloss_cli.report.function_facts import activation_facts, loss_facts, optimizer_facts, setting_facts
from actloss_cli.report.markdown import code, lines, plain, table
from actloss_cli.report.setting_text import as_yaml

PLOTS = "catalogue"
"""The folder of the plots, beside the page: `NAME.svg` for each activation and loss."""

_INTRODUCTION = """\
# Catalogue

<!-- Written by `make docs` from the declarations: edit those, not this page. -->

Every function that a config can name. Under a name stand its other names, its formula and, where it has settings, the
line for a config with the defaults; the bare name means the same. In a plot the function is blue and solid, its
derivative orange and dashed, both at the defaults.

To add a function, write one declaration in [`actloss_cli/catalogue/`](../actloss_cli/catalogue), then run `make docs`.
`actloss list` shows most of it in a terminal."""

_ACTIVATION_NOTE = """\
Under `activation` (hidden) and `output` of a config. Plotted for x from -4 to 4, a function along the features for two
of them, x against 0; a learnt parameter is where it starts, a random one at its mean. The init gain multiplies the
initial weights: that of convention where there is one, else 1 / sqrt(E f(z)²) for z ~ N(0, 1). Where there is no
derivative, the slope is the one that PyTorch's backward takes."""

_LOSS_NOTE = """\
Under `loss`. A formula is of one sample: u is what the output gives, y the target in the coding that the loss asks for;
where it is of one unit among several, their mean counts. Plotted by u: for a regression at the mean of its target, for
one unit at the positive class, for a unit per class by that of the true class, the other at 1 - u (probabilities) or
0. An output whose range leaves the domain makes a pairing invalid. `class_weight: balanced` weighs a class by
n / (K n_class), with n samples in K classes."""

_OPTIMIZER_NOTE = """\
Under `optimizer`. g is the gradient, w the weights; m^ and v^ are moving means corrected for their start at 0. The
range of lr is what its grid covers where the config names no other. In stacks, trials train together as one tensor
program; by the plain loop, one after another."""

_REGIME_NOTE = """\
Any optimizer takes both, as in `{name: adam, schedule: warmup_cosine, clip: norm, clip_at: 1}`; the first is the
default. Rprop takes neither: its steps follow neither a learning rate nor the size of a gradient."""

_SCHEDULES: Mapping[str, str] = {
    "constant": "stays as it is",
    "cosine": "half a cosine from the full rate towards 0 (Loshchilov & Hutter, 2017)",
    "step": f"{STAIRS} stairs of equal length, each {STAIR_FACTOR:g} times the one before",
    "warmup": f"rises in equal parts over the first {100 * WARMUP_SHARE:g} % of the steps, then stays",
    "warmup_cosine": f"rises over the first {100 * WARMUP_SHARE:g} % of the steps, then half a cosine towards 0",
}
_CLIPS: Mapping[str, str] = {
    "none": "is used as it is",
    "norm": "is scaled down, all parameters together, to a Euclidean norm of at most `clip_at`",
    "value": "is cut off, number by number, at -`clip_at` and `clip_at`",
}


def catalogue_page() -> str:
    """The whole page."""
    drawn = ("f solid, derivative dashed".replace(" ", "&nbsp;"), "function", "facts")  # never narrower than a plot
    activations = [(_plot(spec), _head(spec), lines(activation_facts(spec))) for spec in ACTIVATIONS]
    losses = [(_plot(spec), _head(spec), lines(loss_facts(spec))) for spec in LOSSES]
    optimizers = [(_head(s), lines(setting_facts(s, *s.hyper)), lines(optimizer_facts(s))) for s in OPTIMIZERS]
    parts = (
        _INTRODUCTION,
        _counts(),
        *_section("Activations and outputs", _ACTIVATION_NOTE, ACTIVATIONS, table(drawn, activations)),
        *_section("Losses", _LOSS_NOTE, LOSSES, table(drawn, losses)),
        "### Losses of PyTorch that are not here",
        "\n".join(f"- `torch.nn.{name}` {plain(reason)}" for name, reason in NOT_HERE.items()),
        *_section("Optimizers", _OPTIMIZER_NOTE, OPTIMIZERS, table(("function", "settings", "facts"), optimizers)),
        *_regime(),
    )
    return "\n\n".join(parts) + "\n"


def _counts() -> str:
    n_hidden, n_output = sum(spec.hidden for spec in ACTIVATIONS), sum(spec.output for spec in ACTIVATIONS)
    rows = (
        (
            "[activations and outputs](#activations-and-outputs)",
            f"{len(ACTIVATIONS)}: {n_hidden} hidden, {n_output} output",
        ),
        ("[losses](#losses)", str(len(LOSSES))),
        ("[optimizers](#optimizers)", str(len(OPTIMIZERS))),
        ("[schedules and ways to clip](#schedules-and-clipping)", f"{len(SCHEDULES)} and {len(CLIPS)}"),
    )
    return table(("kind", "entries"), rows)


def _section(title: str, note: str, specs: Sequence[Spec], entries: str) -> tuple[str, ...]:
    names = " · ".join(f"[{plain(spec.name)}](#{spec.name})" for spec in sorted(specs, key=lambda spec: spec.name))
    return f"## {title}", note, names, entries


def _plot(spec: Spec) -> str:
    return f'<img src="{PLOTS}/{spec.name}.svg" alt="{spec.name} and its derivative">'


def _head(spec: Spec) -> str:
    """Its name, where the links lead, then its other names, its formula and the line for a config."""
    name = f'<a id="{spec.name}"></a>**{code(spec.name)}**'
    aliases = f"also {', '.join(map(code, spec.aliases))}" if spec.aliases else ""
    return lines((name, aliases, code(spec.formula), code(as_yaml(spec)) if spec.hyper else ""))


def _regime() -> Iterable[str]:
    """What an optimizer can be given beside its own settings."""
    yield "## Schedules and clipping"
    yield _REGIME_NOTE
    schedules = [(code(name), _SCHEDULES[name]) for name in SCHEDULES]
    clips = [(code(name), _CLIPS[name]) for name in CLIPS]
    yield table(("`schedule`", "the learning rate, over the steps of a trial"), schedules)
    yield table(("`clip`", "a trial's gradient, before each step"), clips)
