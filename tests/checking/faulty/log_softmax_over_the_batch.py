"""F.log_softmax(x, dim=0) with NLLLoss."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "softmax-axis"


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 3))

    def forward(self, x):
        return F.log_softmax(self.body(x), dim=0)


def build():
    return Net(), nn.NLLLoss(), torch.randn(30, 6), torch.randint(0, 3, (30,))
