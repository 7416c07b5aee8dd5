"""'My binary classifier always predicts 1': softmax over one unit and BCELoss."""

import torch
from torch import nn

RULE = "one-unit-softmax"


def build():
    model = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 1), nn.Softmax(dim=1))
    return model, nn.BCELoss(), torch.randn(64, 10), torch.randint(0, 2, (64, 1)).float()
