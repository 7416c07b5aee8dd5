"""An activation as an autograd.Function, which no trace looks into."""

import torch
from torch import nn


class Squared(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0) ** 2

    @staticmethod
    def backward(ctx, grad):
        return 2 * grad * ctx.saved_tensors[0].clamp(min=0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(8, 32), nn.Linear(32, 3)

    def forward(self, x):
        return self.fc2(Squared.apply(self.fc1(x)))


def build():
    return Net(), nn.CrossEntropyLoss(), torch.randn(64, 8), torch.randint(0, 3, (64,))
