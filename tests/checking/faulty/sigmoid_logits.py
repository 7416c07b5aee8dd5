"""Sigmoid before CrossEntropyLoss."""

import torch
from torch import nn

RULE = "bounded-logits"


def build():
    model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 6), nn.Sigmoid())
    return model, nn.CrossEntropyLoss(), torch.randn(64, 8), torch.randint(0, 6, (64,))
