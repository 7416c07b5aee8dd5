"""Focal loss of one's own on cross_entropy(reduction='none')."""

import torch
from torch import nn
from torch.nn import functional as F


def focal(o, y):
    ce = F.cross_entropy(o, y, reduction="none")
    return ((1 - torch.exp(-ce)) ** 2 * ce).mean()


def build():
    return (
        nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 4)),
        focal,
        torch.randn(64, 10),
        torch.randint(0, 4, (64,)),
    )
