"""Layers in a list that nn.Module does not see."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "no-parameters"


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(6, 8), nn.Linear(8, 3)]

    def forward(self, x):
        return self.layers[1](F.relu(self.layers[0](x)))


def build():
    return Net(), nn.CrossEntropyLoss(), torch.randn(30, 6), torch.randint(0, 3, (30,))
