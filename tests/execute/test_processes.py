"""Workers come with their imports done, and Ctrl-C is for the process that started them alone."""

import signal
import sys

import pytest

from actloss_cli.execute.processes import prepare_workers


def tell(sender):
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    sender.send((signal.SIGINT in blocked, sorted({"torch", "sklearn.datasets", "torch._dynamo"} & set(sys.modules))))


@pytest.mark.skipif(sys.platform != "linux", reason="workers start afresh on other systems")
def test_a_worker_has_imported_what_it_needs_and_does_not_hear_ctrl_c():
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    context = prepare_workers()
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
    receiver, sender = context.Pipe(duplex=False)
    worker = context.Process(target=tell, args=(sender,))
    worker.start()
    assert receiver.poll(60)
    assert receiver.recv() == (True, ["sklearn.datasets", "torch"])
    worker.join()
