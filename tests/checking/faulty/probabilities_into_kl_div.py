"""KLDivLoss on softmax instead of log_softmax."""

import torch
from torch import nn

RULE = "probabilities-as-log-probabilities"


def build():
    model = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 5), nn.Softmax(dim=1))
    return model, nn.KLDivLoss(reduction="batchmean"), torch.randn(48, 12), torch.softmax(torch.randn(48, 5), 1)
