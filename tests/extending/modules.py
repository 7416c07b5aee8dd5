"""Modules of users, sound and faulty, for tests that write them beside a config."""

SOUND = '''\
"""What a user might try."""

import torch
from actloss_cli.catalogue import ActivationSpec, Interval, LossSpec, coded_as


def twice_tanh(x, scale=2.0):
    """scale tanh(x)"""
    return scale * torch.tanh(x)


def last_axis_softmax(x):
    return torch.softmax(x, -1)


def centred(x):
    return x - x.mean()


def unit(x):
    return torch.sigmoid(x)


def cube_loss(u, target, power=3.0):
    """|u - y|^power"""
    return (u - target).abs() ** power


SLOPED = ActivationSpec(
    name="sloped",
    formula="x if x > 0 else slope x",
    source="this test (2026)",
    apply=lambda x, slope: torch.where(x > 0, x, slope * x),
    range=Interval(float("-inf"), float("inf")),
    learnable={"slope": 0.25},
)
LOGISTIC = LossSpec(
    name="logistic",
    formula="softplus(u) - y u",
    source="this test (2026)",
    takes="logit",
    codings=coded_as({"binary": "zero_one"}),
    per_sample=lambda u, target: (torch.nn.functional.softplus(u) - target * u).mean(1),
    implied=None,
    proper="proper",
)


class Signs(torch.optim.Optimizer):
    """w -= lr sign(g)"""

    def __init__(self, params, lr=0.1, decay=0.0):
        super().__init__(params, {"lr": lr, "decay": decay})

    @torch.no_grad()
    def step(self, closure=None):
        with torch.enable_grad():
            loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                p.add_(p.grad.sign() + group["decay"] * p, alpha=-group["lr"])
        return loss
'''

FAULTY = """\
import time

import torch


def raises(x):
    raise ArithmeticError("no value")


def another_shape(x):
    return x.sum(1)


def nan(x):
    return x * float("nan")


def takes_a_minute(x):
    time.sleep(60)
    return x


def number(x):
    return 1.0


def in_place(x):
    return x.clamp_(min=0)


def detached(x):
    return torch.tanh(x.detach())


def random(x):
    return torch.nn.functional.dropout(x)


def single(x):
    return torch.tanh(x).float()


def mean_loss(u, target):
    return (u - target).square().mean()


def needs_more(x, slope):
    return slope * x


class AClass:
    pass


A_NUMBER = 3
"""
