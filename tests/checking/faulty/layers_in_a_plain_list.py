"""Hidden layers in a plain list: only the last layer is a parameter."""

import torch
from torch import nn

RULE = "not-registered"


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden, self.out = [nn.Linear(6, 8), nn.Linear(8, 8)], nn.Linear(8, 3)

    def forward(self, x):
        for layer in self.hidden:
            x = torch.relu(layer(x))
        return self.out(x)


def build():
    return Net(), nn.CrossEntropyLoss(), torch.randn(30, 6), torch.randint(0, 3, (30,))
