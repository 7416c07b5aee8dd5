"""The JAX contender: one single-threaded process per core, which share the programs out, from start to end."""

import json
import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from actloss_cli.plan.trial import Trial
from benchmarks.contenders.jax_programs import Scope, write_programs
from benchmarks.contenders.timed import Timed, Trained

SCRIPT = Path(__file__).with_name("jax_train.py")


def time_jax(
    python: str, trials: Sequence[Trial], whole: Sequence[Trial], scope: Scope, n_workers: int, model_steps: int
) -> Trained:
    """Wall time with start and compilation; the arrays are written before the clock starts.

    `trials` are all of `whole` or a part, which is compiled as the whole would be. Without any it is the time of a
    start. JAX gets two presents: it is told the learning rates of the final trials, which a run has to find out first,
    and it stores nothing but the last score.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_programs(trials, whole, scope, folder)
        start = time.perf_counter()
        commands = [[python, str(SCRIPT), str(folder), str(k), str(core)] for k, core in enumerate(_cores(n_workers))]
        processes = [subprocess.Popen(command, stderr=subprocess.PIPE) for command in commands]
        said = [process.communicate()[1] for process in processes]
        seconds = time.perf_counter() - start
        for process, text in zip(processes, said, strict=True):
            if process.returncode:
                raise RuntimeError(f"the JAX contender failed:\n{text.decode(errors='replace')}")
        answers = [json.loads((folder / f"scores-{k}.json").read_text()) for k in range(n_workers)]
    scores = {trial: score for answer in answers for trial, score in answer["scores"].items()}
    compile_s, execute_s = (sum(answer[part] for answer in answers) / n_workers for part in ("compile_s", "execute_s"))
    return Trained(Timed(seconds, len(trials), model_steps, compile_s, execute_s), scores)


def _cores(n: int) -> list[int]:
    available = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(n))
    return [available[k % len(available)] for k in range(n)]
