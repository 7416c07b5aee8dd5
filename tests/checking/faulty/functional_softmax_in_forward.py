"""F.softmax inside forward, F.cross_entropy in the loop."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "softmax-applied-twice"


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3)
        self.fc = nn.Linear(8 * 13 * 13, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv(x)), 2)
        return F.softmax(self.fc(x.view(x.size(0), -1)), dim=-1)


def build():
    return Net(), F.cross_entropy, torch.randn(32, 1, 28, 28), torch.randint(0, 10, (32,))
