"""The model is made anew after the optimizer."""

import torch
from torch import nn

RULE = "optimizer-holds-others"


def build():
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2))
    return model, nn.CrossEntropyLoss(), torch.randn(32, 8), torch.randint(0, 2, (32,)), optimizer
