"""Fine-tuning: the body is frozen, the optimizer holds the head."""

import torch
from torch import nn


def build():
    body = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU())
    for p in body.parameters():
        p.requires_grad = False
    model = nn.Sequential(body, nn.Linear(32, 3))
    return (
        model,
        nn.CrossEntropyLoss(),
        torch.randn(64, 10),
        torch.randint(0, 3, (64,)),
        torch.optim.Adam(model[1].parameters(), lr=1e-3),
    )
