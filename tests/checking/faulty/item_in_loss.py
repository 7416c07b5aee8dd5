"""loss.item() is returned."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "loss-no-tensor"


def build():
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2))
    return model, lambda o, y: F.cross_entropy(o, y).item(), torch.randn(32, 8), torch.randint(0, 2, (32,))
