"""A transpose and a view that put parts of several rows into one."""

import torch
from torch import nn

RULE = "mixed-rows"


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 3)

    def forward(self, x):
        return self.fc(x.t().reshape(-1, 8))


def build():
    return Net(), nn.CrossEntropyLoss(), torch.randn(32, 8), torch.randint(0, 3, (32,))
