"""Iris with one unit and MSELoss on the class index."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "class-as-number"


def build():
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 1))
    return model, lambda o, y: F.mse_loss(o.squeeze(-1), y.float()), torch.randn(90, 4), torch.randint(0, 3, (90,))
