"""A vector-quantised autoencoder: detach on purpose."""

import torch
from torch import nn
from torch.nn import functional as F


class VQ(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode, self.codes, self.decode = nn.Linear(8, 4), nn.Parameter(torch.randn(16, 4)), nn.Linear(4, 8)

    def forward(self, x):
        z = self.encode(x)
        q = self.codes[torch.cdist(z, self.codes).argmin(1)]
        return self.decode(F.relu(z + (q - z).detach())), z, q


def loss(outputs, x):
    y, z, q = outputs
    return F.mse_loss(y, x) + F.mse_loss(q, z.detach()) + 0.25 * F.mse_loss(z, q.detach())


def build():
    x = torch.randn(64, 8)
    return VQ(), loss, x, x
