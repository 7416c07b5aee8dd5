"""nn.init.constant_ on every weight."""

import torch
from torch import nn

RULE = "symmetric-units"


def build():
    model = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 3))
    for layer in (model[0], model[2]):
        nn.init.constant_(layer.weight, 0.1)
    return model, nn.CrossEntropyLoss(), torch.randn(30, 6), torch.randint(0, 3, (30,))
