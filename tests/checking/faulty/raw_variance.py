"""GaussianNLLLoss on a variance straight from a linear layer: 'var has negative entry/entries', some steps later."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "variance-below-0"


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(8, 32), nn.ReLU())
        self.mean, self.variance = nn.Linear(32, 1), nn.Linear(32, 1)
        nn.init.constant_(self.variance.bias, 2.0)

    def forward(self, x):
        h = self.body(x)
        return self.mean(h), self.variance(h)


def build():
    return Net(), lambda o, y: F.gaussian_nll_loss(o[0], y, o[1]), torch.randn(64, 8), torch.randn(64, 1)
