"""'all elements of input should be between 0 and 1': no sigmoid before BCELoss."""

import torch
from torch import nn

RULE = "outside-the-loss-domain"


def build():
    model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1))
    return model, nn.BCELoss(), torch.randn(64, 10), torch.randint(0, 2, (64, 1)).float()
