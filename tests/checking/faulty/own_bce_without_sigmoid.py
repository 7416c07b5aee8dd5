"""A binary cross-entropy of one's own on logits: NaN."""

import torch
from torch import nn

RULE = "not-finite"


def loss(p, y):
    return -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()


def build():
    model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1))
    return model, loss, torch.randn(64, 8), torch.randint(0, 2, (64, 1)).float()
