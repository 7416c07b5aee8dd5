"""SGD with lr = 1e-9."""

import torch
from torch import nn

RULE = "learning-rate"


def build():
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2))
    return (
        model,
        nn.CrossEntropyLoss(),
        torch.randn(32, 8),
        torch.randint(0, 2, (32,)),
        torch.optim.SGD(model.parameters(), lr=1e-9),
    )
