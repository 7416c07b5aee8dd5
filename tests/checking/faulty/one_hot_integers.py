"""F.one_hot gives integers; CrossEntropyLoss takes floats or indices."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "target-dtype"


def build():
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
    return model, nn.CrossEntropyLoss(), torch.randn(60, 4), F.one_hot(torch.randint(0, 3, (60,)), 3)
