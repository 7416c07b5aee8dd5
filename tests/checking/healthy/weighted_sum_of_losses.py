"""Two heads, two losses."""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.kind, self.size = nn.Linear(10, 32), nn.Linear(32, 3), nn.Linear(32, 2)

    def forward(self, x):
        h = F.relu(self.body(x))
        return self.kind(h), self.size(h)


def loss(o, y):
    return F.cross_entropy(o[0], y[0]) + 0.5 * F.smooth_l1_loss(o[1], y[1])


def build():
    return Net(), loss, torch.randn(64, 10), (torch.randint(0, 3, (64,)), torch.randn(64, 2))
