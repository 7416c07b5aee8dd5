"""MSELoss between softmax probabilities [B, C] and indices [B, 1]."""

import torch
from torch import nn

RULE = "silent-broadcast"


def build():
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3), nn.Softmax(dim=1))
    return model, nn.MSELoss(), torch.randn(60, 4), torch.randint(0, 3, (60, 1)).float()
