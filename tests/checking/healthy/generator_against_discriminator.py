"""Minimax GAN: the generator maximises the discriminator's loss on what it makes."""

import torch
from torch import nn
from torch.nn import functional as F


def build():
    generator = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 16), nn.Tanh())
    discriminator = nn.Sequential(nn.Linear(16, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1)).requires_grad_(
        requires_grad=False
    )
    loss = lambda made, fake: -F.binary_cross_entropy_with_logits(discriminator(made), fake)  # noqa: E731 - as users do
    return generator, loss, torch.randn(32, 8), torch.zeros(32, 1)
