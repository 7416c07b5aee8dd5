"""A model that takes the labels and gives its own loss, on softmax."""

import torch
from torch import nn
from torch.nn import functional as F

RULE = "softmax-applied-twice"


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Linear(8, 16), nn.Linear(16, 3)

    def forward(self, x, labels):
        probabilities = self.head(torch.relu(self.body(x))).softmax(-1)
        return {"loss": F.cross_entropy(probabilities, labels), "probabilities": probabilities}


def build():
    labels = torch.randint(0, 3, (40,))
    return Net(), lambda o, _: o["loss"], {"x": torch.randn(40, 8), "labels": labels}, labels
