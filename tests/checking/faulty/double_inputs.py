"""NumPy's float64 into a float32 model."""

import torch
from torch import nn

RULE = "input-dtype"


def build():
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
    return model, nn.MSELoss(), torch.randn(32, 8, dtype=torch.float64), torch.randn(32, 1, dtype=torch.float64)
