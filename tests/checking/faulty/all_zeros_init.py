"""nn.init.zeros_ on every weight."""

import torch
from torch import nn

RULE = "symmetric-units"


def build():
    model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 3))
    for p in model.parameters():
        nn.init.zeros_(p)
    return model, nn.CrossEntropyLoss(), torch.randn(30, 6), torch.randint(0, 3, (30,))
