"""Mixed rows (mixup) in cross-entropy."""

import torch
from torch import nn
from torch.nn import functional as F


def build():
    model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 5))
    y = 0.7 * F.one_hot(torch.randint(0, 5, (64,)), 5) + 0.3 * F.one_hot(torch.randint(0, 5, (64,)), 5)
    return model, nn.CrossEntropyLoss(), torch.randn(64, 10), y.float()
