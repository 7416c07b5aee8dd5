"""Raw features up to 10,000."""

import torch
from torch import nn

RULE = "unscaled-inputs"


def build():
    model = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 2))
    return model, nn.CrossEntropyLoss(), 1e4 * torch.rand(64, 5), torch.randint(0, 2, (64,))
