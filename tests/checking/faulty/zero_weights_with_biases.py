"""Every weight 0, biases as PyTorch draws them."""

import torch
from torch import nn

RULE = "symmetric-units"


def build():
    model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid())
    for layer in (model[0], model[2]):
        nn.init.zeros_(layer.weight)
    return model, nn.BCELoss(), torch.randn(30, 6), torch.randint(0, 2, (30, 1)).float()
