"""What a worker process does: stacks in, their outcomes out. Single-threaded; knows no store and no terminal."""

import os
import signal
import time
import traceback
from dataclasses import replace
from itertools import chain
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread

import torch

from actloss_cli.datasets import Dataset, load
from actloss_cli.engine.route import train_stack
from actloss_cli.execute.jobs import Failure
from actloss_cli.extending.loading import ensure_loaded
from actloss_cli.extending.models import ensure_model_loaded
from actloss_cli.plan.trial import Stack
from actloss_cli.store.packed import PackedOutcome, pack_outcomes


def serve(connection: Connection, device: str) -> None:
    """Answers each stack, in turn, with its outcomes or the failure; ends with the process that sends them.

    The parent alone answers Ctrl-C, so that stacks in flight can finish.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    stacks: SimpleQueue[Stack] = SimpleQueue()
    Thread(target=_receive, args=(connection, stacks), daemon=True).start()
    while True:
        connection.send(_answer(stacks.get(), device))


def train(stack: Stack, device: str) -> list[PackedOutcome]:
    """Trains one stack on rows that this process loads."""
    task = stack.trials[0].task
    dataset = load(task.dataset, task.kind)
    if dataset.fingerprint != task.fingerprint:
        raise RuntimeError(f"the data of '{task.dataset.name}' changed while the run was going on")
    return train_on(dataset, stack, device)


def train_on(dataset: Dataset, stack: Stack, device: str) -> list[PackedOutcome]:
    """Trains one stack; each trial's time is its share of the stack's."""
    ensure_model_loaded(stack.trials[0].task.model)
    ensure_loaded(chain.from_iterable(vars(trial.pairing).items() for trial in stack.trials))
    start = time.perf_counter()
    outcomes = train_stack(stack, dataset, torch.device(device))
    share = (time.perf_counter() - start) / len(outcomes)
    return pack_outcomes(stack, [replace(outcome, elapsed_s=share) for outcome in outcomes])


def failure_of(error: Exception) -> Failure:
    """What an exception in the training of a stack is told as."""
    return Failure(f"{type(error).__name__}: {error}\n{traceback.format_exc()}".strip())


def _receive(connection: Connection, stacks: SimpleQueue[Stack]) -> None:
    """Takes stacks in while others train, so that the parent need not wait; without a parent nobody needs outcomes."""
    try:
        while True:
            stacks.put(connection.recv())
    except (EOFError, OSError):
        os._exit(0)


def _answer(stack: Stack, device: str) -> list[PackedOutcome] | Failure:
    try:
        return train(stack, device)
    except Exception as error:
        return failure_of(error)
