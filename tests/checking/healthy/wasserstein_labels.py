"""A critic with -1 for what is real and +1 for what is made, as some write it: which sign is right is a convention."""

import torch
from torch import nn


def build():
    model = nn.Sequential(nn.Linear(10, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1))
    signs = torch.cat([-torch.ones(16, 1), torch.ones(16, 1)])
    return model, lambda o, y: (o * y).mean(), torch.randn(32, 10), signs
