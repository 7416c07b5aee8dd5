"""nn.init.normal_ with its default standard deviation of 1."""

import torch
from torch import nn

RULE = "far-start"


def build():
    model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 10))
    for layer in (model[0], model[2], model[4]):
        nn.init.normal_(layer.weight)
    return model, nn.CrossEntropyLoss(), torch.randn(64, 64), torch.randint(0, 10, (64,))
