"""actloss: which activation, output, loss and optimizer go together, which are mismatched, and why."""

__version__ = "0.1.0"
