"""Segmentation: outputs.view(-1, C) on [B, C, H, W] before cross-entropy."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "scattered-classes"


def build():
    model = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 5, 1))
    loss = lambda o, y: F.cross_entropy(o.view(-1, 5), y.view(-1))  # noqa: E731 - as users write it
    return model, loss, torch.randn(4, 3, 16, 16), torch.randint(0, 5, (4, 16, 16))
