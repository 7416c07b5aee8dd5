"""'Why is my loss negative?': softmax before NLLLoss."""

import torch
from torch import nn

RULE = "probabilities-as-log-probabilities"


def build():
    model = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 4), nn.Softmax(dim=1))
    return model, nn.NLLLoss(), torch.randn(64, 20), torch.randint(0, 4, (64,))
