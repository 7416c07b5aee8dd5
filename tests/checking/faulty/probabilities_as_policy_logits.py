"""REINFORCE: a network that ends in Softmax, and Categorical(logits=..)."""

import torch
from torch import nn
from torch.distributions import Categorical

RULE = "softmax-applied-twice"


def loss(outputs, taken):
    actions, returns = taken
    return -(Categorical(logits=outputs).log_prob(actions) * returns).mean()


def build():
    model = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 2), nn.Softmax(dim=-1))
    return model, loss, torch.randn(32, 4), (torch.randint(0, 2, (32,)), torch.randn(32))
