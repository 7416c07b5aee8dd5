"""What the battery runs over: every declaration at its defaults, and with each setting changed in turn."""

import itertools
from dataclasses import dataclass

from actloss_cli.catalogue import ACTIVATIONS, KINDS, LOSSES, OPTIMIZERS, Choice
from actloss_cli.config.torch_check import refusal
from actloss_cli.plan.validity import invalid_reason
from tests.engine.builders import make_trial


@dataclass(frozen=True)
class Case:
    """A declaration under some settings."""

    spec: object
    choice: Choice

    @property
    def hyper(self):
        """The function's own hyperparameters."""
        return self.choice.hyper(self.spec)

    def __str__(self):
        return self.choice.label


def other_values(spec, name):
    """Values of a setting, besides its default, that its declaration allows."""
    default, limits = spec.settings[name], spec.limits_for(name)
    match default:
        case bool():
            return [not default]
        case str():
            return [option for option in spec.options_for(name) if option != default]
        case tuple():
            candidates = [tuple(part * factor for part in default) for factor in (0.5, 0.9)]
            return [c for c in candidates if all(limits.holds(part) for part in c)][:1]
        case int():
            return [c for c in (default + 1, default - 1) if limits.holds(c)][:1]
        case _:
            return [c for c in (default * 1.5, default * 0.5, 0.25, 1.25) if c != default and limits.holds(c)][:1]


def cases_of(specs):
    """Each at its defaults first."""
    found = []
    for spec in specs:
        changes = [{}] + [{name: value} for name in spec.settings for value in other_values(spec, name)]
        if "momentum" in spec.settings and "nesterov" in spec.settings:
            changes.append({"momentum": 0.8, "nesterov": True})
        if "clip" in spec.settings:
            changes.append({"clip": "norm", "clip_at": 0.05, "schedule": "warmup_cosine"})
        for change in changes:
            choice = Choice.of(spec.name, {k: v for k, v in change.items() if v != spec.settings[k]})
            settings = choice.settings(spec)
            if not spec.conflict(settings) and not refusal(spec, choice.hyper(spec)):
                found.append(Case(spec, choice))
    return found


ACTIVATION_CASES = cases_of(ACTIVATIONS)
HIDDEN_CASES = [case for case in ACTIVATION_CASES if case.spec.hidden]
OUTPUT_CASES = [case for case in ACTIVATION_CASES if case.spec.output]
LOSS_CASES = cases_of(LOSSES)
OPTIMIZER_CASES = cases_of(OPTIMIZERS)
STACKED_OPTIMIZER_CASES = [case for case in OPTIMIZER_CASES if case.spec.stackable]

USUAL_OUTPUTS = [Choice.of(name) for name in ("identity", "sigmoid", "softmax", "log_softmax", "tanh")]


def valid(kind, output, loss):
    """Whether a pairing with these can be trained on tasks of this kind."""
    return not invalid_reason(make_trial(kind, "relu", output, loss).pairing, kind)


def _output_heads():
    """Every output under a squared error; at its defaults on every kind, and under bce where that takes it."""
    for case in OUTPUT_CASES:
        yield "binary", case, Choice.of("mse")
        if not case.choice.overrides:
            yield from (("regression", case, Choice.of("mse")), ("multiclass", case, Choice.of("mse")))
            yield "binary", case, Choice.of("bce")


def _loss_heads():
    """Every loss on every kind that it serves: at its defaults on all usual outputs, else on the first that fits."""
    for kind, case in itertools.product(KINDS, LOSS_CASES):
        fitting = [(kind, output, case) for output in USUAL_OUTPUTS if valid(kind, output, case.choice)]
        yield from fitting[:1] if case.choice.overrides else fitting


OUTPUT_HEADS = [head for head in _output_heads() if valid(head[0], head[1].choice, head[2])]
LOSS_HEADS = list(_loss_heads())


def has_a_pole(output, loss):
    """Whether the loss has a pole among the outputs, near which rounding errors grow without bound.

    That is u / sum u of outputs that change sign, and the logarithm in bce of an output that is 1 at an inner point.
    """
    loss_spec = next(spec for spec in LOSSES if spec.name == loss.name)
    output_spec = next(spec for spec in ACTIVATIONS if spec.name == output.name)
    reach = output_spec.range_for(output.hyper(output_spec))
    if loss_spec.takes == "probabilities":
        return reach.low < 0 < reach.high
    return loss_spec.takes == "probability" and reach.low_open and not reach.high_open
