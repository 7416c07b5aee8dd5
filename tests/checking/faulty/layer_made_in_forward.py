"""nn.Linear inside forward: new weights at every call."""

import torch
from torch import nn

RULE = "not-registered"


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(6, 8)

    def forward(self, x):
        return nn.Linear(8, 3)(torch.relu(self.body(x)))


def build():
    return Net(), nn.CrossEntropyLoss(), torch.randn(30, 6), torch.randint(0, 3, (30,))
