"""nn.Softmax(dim=0)."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "softmax-axis"


def build():
    model = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 4), nn.Softmax(dim=0))
    return model, lambda o, y: F.nll_loss(torch.log(o), y), torch.randn(64, 20), torch.randint(0, 4, (64,))
