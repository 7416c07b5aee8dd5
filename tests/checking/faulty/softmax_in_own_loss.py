"""A loss of one's own that applies softmax before cross-entropy."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "softmax-applied-twice"


def loss(outputs, targets):
    probabilities = torch.softmax(outputs, 1)
    return F.cross_entropy(probabilities, targets)


def build():
    return (
        nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 3)),
        loss,
        torch.randn(50, 8),
        torch.randint(0, 3, (50,)),
    )
