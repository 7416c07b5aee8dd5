"""Runs, kills, other configs, damage, rescues and reports in any order: no trial is lost, doubled or altered."""

import os
import random
import shutil
import signal
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from actloss_cli.errors import UserError
from actloss_cli.execute.processes import prepare_workers
from actloss_cli.store.doctor import diagnose, rescue
from actloss_cli.store.reader import read_run
from studies.sessions import stored
from tests.reliability.inline import session

N_HISTORIES = int(os.environ.get("N_HISTORIES", "4"))

CONFIG = """\
name: grid
tasks: [{kind: binary, dataset: moons}]
activation: [relu, tanh]
output: [identity, sigmoid]
loss: [bce_with_logits, hinge]
optimizer: adam
lr: {points: 2, from: 0.01, to: 0.1}
seeds: {tune: 1, final: 2}
model: {hidden: [4]}
training: {epochs: 2, batch_size: 256}
"""
CONFIGS = (
    CONFIG,
    CONFIG.replace("tanh", "elu"),
    CONFIG.replace("final: 2", "final: 3"),
    CONFIG.replace("epochs: 2", "epochs: 3"),
)


class Histories(RuleBasedStateMachine):
    """What may happen to a folder of results; `kept` is all that was committed and not damaged since."""

    @initialize()
    def begin(self) -> None:
        self.place = Path(tempfile.mkdtemp())
        self.folder = self.place / "grid"
        self.kept = {}
        self.current = 0

    def teardown(self) -> None:
        if hasattr(self, "place"):
            shutil.rmtree(self.place)

    def train(self, kill_at: int | None) -> int:
        """One session of the current config; gives its exit code."""
        path = self.place / "grid.yaml"
        path.write_text(CONFIGS[self.current])
        process = prepare_workers().Process(target=session, args=(path, self.folder, kill_at))
        process.start()
        process.join()
        return process.exitcode

    @rule(config=st.sampled_from(range(len(CONFIGS))))
    def edit_the_config(self, config: int) -> None:
        self.current = config

    @rule()
    def run(self) -> None:
        assert self.train(None) == 0
        assert read_run(self.folder).n_missing == 0

    @rule(kill_at=st.integers(0, 400))
    def run_and_kill(self, kill_at: int) -> None:
        assert self.train(kill_at) in (0, -signal.SIGKILL)

    @precondition(lambda self: self.kept)
    @rule()
    def report(self) -> None:
        trials = read_run(self.folder).trials
        assert trials.index.is_unique
        assert set(trials.index) <= set(self.kept)

    @precondition(lambda self: self.kept)
    @rule(seed=st.integers(0, 10_000), n_bytes=st.sampled_from([1, 1, 1, 200, 5000]))
    def damage_and_rescue(self, seed: int, n_bytes: int) -> None:
        path, draw = self.folder / "results.sqlite", random.Random(seed)
        content = bytearray(path.read_bytes())
        place = draw.randrange(len(content))
        content[place : place + n_bytes] = draw.randbytes(len(content[place : place + n_bytes]))
        path.write_bytes(content)
        if not diagnose(self.folder).faults:
            return
        try:
            read_run(self.folder)
            raise AssertionError("damage went unnoticed")
        except UserError:
            pass
        assert self.train(None) != 0, "a run on damaged results"
        assert path.read_bytes() == content
        try:
            rescue(self.folder)
        except UserError:  # nothing is left: as the message says, the folder is moved away
            shutil.rmtree(self.folder)
        found = stored(self.folder)
        assert found.items() <= self.kept.items()
        self.kept = found

    @invariant()
    def no_committed_trial_is_lost_doubled_or_altered(self) -> None:
        if not hasattr(self, "folder"):
            return
        found = stored(self.folder)
        assert self.kept.items() <= found.items()
        self.kept = found


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=N_HISTORIES, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck)
)
