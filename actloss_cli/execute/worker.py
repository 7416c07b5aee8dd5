"""What a worker process does: one stack in, its outcomes out. Single-threaded; knows no store and no terminal."""

import signal
import time
from dataclasses import replace

import torch

from actloss_cli.datasets import load
from actloss_cli.engine.outcome import TrialOutcome
from actloss_cli.engine.route import train_stack
from actloss_cli.plan.trial import Stack


def prepare_worker() -> None:
    """Once per process. The parent alone answers Ctrl-C, so that stacks in flight can finish."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)


def train(stack: Stack, device: str) -> list[TrialOutcome]:
    """Trains one stack; each trial's time is its share of the stack's."""
    task = stack.trials[0].task
    dataset = load(task.dataset, task.kind)
    if dataset.fingerprint != task.fingerprint:
        raise RuntimeError(f"the data of '{task.dataset.name}' changed while the run was going on")
    start = time.perf_counter()
    outcomes = train_stack(stack, dataset, torch.device(device))
    share = (time.perf_counter() - start) / len(outcomes)
    return [replace(outcome, elapsed_s=share) for outcome in outcomes]
