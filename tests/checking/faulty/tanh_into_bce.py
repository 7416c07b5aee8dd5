"""A tanh output under F.binary_cross_entropy."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "outside-the-loss-domain"


def build():
    model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1), nn.Tanh())
    return model, F.binary_cross_entropy, torch.randn(64, 10), torch.randint(0, 2, (64, 1)).float()
