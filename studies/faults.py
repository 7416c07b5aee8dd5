"""Faults, each made to happen to a run: what it is, how it is done, and the harm that must not come of it."""

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from actloss_cli.store.doctor import diagnose
from studies.sessions import Rows, count_trials, running, start, stored, wait_for, without_times, workers, write_grid

COMMAND = ("run", "grid.yaml", "--results", "r")


class NotSurvivedError(AssertionError):
    """A fault did harm."""


def demand(holds: object, what: str) -> None:
    """Raises with what does not hold."""
    if not holds:
        raise NotSurvivedError(what)


@dataclass
class Bench:
    """A grid that is trained over and over, with faults on the way; all that was committed is remembered."""

    place: Path
    draw: random.Random
    whole: dict[str, Rows] = field(default_factory=dict)
    """What an undisturbed run stored."""
    kept: dict[str, Rows] = field(default_factory=dict)
    n_finished: int = 0
    """Times that the grid was finished, to the same numbers."""
    n_damaged: int = 0
    """Trials that damage to the file itself had hit; they were named, and trained again."""

    @property
    def folder(self) -> Path:
        """The run's."""
        return self.place / "r" / "grid"

    @property
    def database(self) -> Path:
        """The run's."""
        return self.folder / "results.sqlite"

    def begin(self) -> None:
        """Trains the grid undisturbed, and begins anew."""
        write_grid(self.place)
        self.end()
        self.whole = stored(self.folder)
        self.anew()

    def anew(self) -> None:
        """An empty folder of results."""
        shutil.rmtree(self.place / "r", ignore_errors=True)
        self.kept = {table: {} for table in stored(self.folder)}

    def end(self, *options: object) -> None:
        """Trains what is missing."""
        with running(*COMMAND, *options, cwd=self.place) as process:
            self.ends_well(process)

    def ends_well(self, process: subprocess.Popen[str]) -> None:
        """Waits for a run that has nothing to complain of."""
        _, said = process.communicate(timeout=600)
        demand(process.returncode == 0, f"exit code {process.returncode}: {said}")

    def look(self) -> int:
        """Committed trials that are lost or altered since the last look; a finished grid is compared and begun anew."""
        found = stored(self.folder)
        n_lost = len(
            {key[0] for table, rows in self.kept.items() for key, row in rows.items() if found[table].get(key) != row}
        )
        self.kept = found
        own = {
            table: {key: row for key, row in rows.items() if key in self.whole[table]} for table, rows in found.items()
        }
        if all(len(own[table]) == len(rows) for table, rows in self.whole.items()):
            same = all(own[table] == self.whole[table] for table in own if table != "trials")
            same &= without_times(own["trials"]) == without_times(self.whole["trials"])
            demand(same, "the finished grid has other numbers than an undisturbed run's")
            self.n_finished += 1
            self.anew()
        return n_lost

    def begun(self, process: subprocess.Popen[str]) -> None:
        """Waits until the run trains, and for a random while of some seconds more."""
        n_before = count_trials(self.folder)
        wait_for(lambda: workers(process.pid) or count_trials(self.folder) > n_before or process.poll() is not None)
        time.sleep(self.draw.uniform(0, 1.5))


def kill_run(bench: Bench) -> None:
    """`kill -9` of the process that writes."""
    with running(*COMMAND, cwd=bench.place) as process:
        wait_for(lambda: bench.folder.exists() or process.poll() is not None)
        time.sleep(bench.draw.uniform(0, 3))
        process.kill()
        process.wait()


def harm_worker(bench: Bench, harm: Callable[[int], object], *options: object) -> None:
    """Some worker is harmed; the run goes on to its end."""
    with running(*COMMAND, *options, cwd=bench.place) as process:
        bench.begun(process)
        for worker in workers(process.pid)[:1]:
            try:
                harm(worker)
            except ProcessLookupError:
                continue
        bench.ends_well(process)


def kill_worker(bench: Bench) -> None:
    """`kill -9` of a worker."""
    harm_worker(bench, lambda pid: os.kill(pid, signal.SIGKILL))


def starve_worker(bench: Bench) -> None:
    """A worker that gets no more memory."""
    harm_worker(bench, lambda pid: resource.prlimit(pid, resource.RLIMIT_AS, (1_000_000, 1_000_000)))


def hang_worker(bench: Bench) -> None:
    """A worker that stands still."""
    harm_worker(bench, lambda pid: os.kill(pid, signal.SIGSTOP), "--timeout", 4)


def tell(bench: Bench, *signals: signal.Signals) -> None:
    """Signals to a run that trains; it must end with 130, or be done before."""
    with running(*COMMAND, cwd=bench.place) as process:
        bench.begun(process)
        for number in signals:
            process.send_signal(number)
            time.sleep(0.05)
        _, said = process.communicate(timeout=120)
        demand(process.returncode in (0, 130), f"exit code {process.returncode}: {said}")
        demand("Traceback" not in said, said)
        if process.returncode and len(signals) == 1 and "stopping" in said:
            demand("to go on, run again:\n  actloss run grid.yaml --results r" in said, said)


def interrupt(bench: Bench) -> None:
    """SIGINT."""
    tell(bench, signal.SIGINT)


def interrupt_twice(bench: Bench) -> None:
    """SIGINT, and again."""
    tell(bench, signal.SIGINT, signal.SIGINT)


def terminate(bench: Bench) -> None:
    """SIGTERM."""
    tell(bench, signal.SIGTERM)


def fill_disk(bench: Bench) -> None:
    """A file system (tmpfs) with little room beyond what is stored."""
    used = (
        sum(path.stat().st_size for path in bench.folder.rglob("*") if path.is_file()) if bench.folder.exists() else 0
    )
    script = f"""
        mkdir -p small r && mount -t tmpfs -o size={used + bench.draw.randrange(40_000, 400_000)} tmpfs small || exit 99
        cp -a r/. small/
        "{sys.executable}" -m actloss_cli run grid.yaml --results small
        code=$?
        rm -rf r && cp -a small r
        exit $code
    """
    shell = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script]
    answer = subprocess.run(shell, cwd=bench.place, capture_output=True, text=True, check=False, timeout=600)
    demand(answer.returncode in (0, 3), f"exit code {answer.returncode}: {answer.stderr}")
    told = "error: cannot " in answer.stderr and "small/grid" in answer.stderr
    demand(answer.returncode == 0 or told, answer.stderr)


def limit_files(bench: Bench) -> None:
    """A limit of file sizes (RLIMIT_FSIZE) just above the database's."""
    size = bench.database.stat().st_size if bench.database.exists() else 0
    most = size + bench.draw.randrange(20_000, 300_000)
    process = start(
        *COMMAND, cwd=bench.place, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    )
    _, said = process.communicate(timeout=600)
    demand(process.returncode in (0, 3), f"exit code {process.returncode}: {said}")
    demand(process.returncode == 0 or "error: cannot write 'r/grid/" in said, said)


def damage(bench: Bench, change: Callable[[bytearray], None]) -> None:
    """Changes the database's bytes; what they hit must be noticed, the rest be saved."""
    if not bench.kept["trials"]:
        bench.end()
        bench.kept = stored(bench.folder)
    content = bytearray(bench.database.read_bytes())
    change(content)
    bench.database.write_bytes(content)
    if not diagnose(bench.folder).faults:
        demand(stored(bench.folder) == bench.kept, "a changed row was not noticed")
        return
    refused = start(*COMMAND, cwd=bench.place)
    _, said = refused.communicate(timeout=120)
    demand(refused.returncode == 3 and "is damaged" in said, f"exit code {refused.returncode}: {said}")
    demand(bench.database.read_bytes() == content, "the damaged file was changed")
    doctor = start("doctor", "r/grid", cwd=bench.place)
    doctor.communicate(timeout=120)
    before = bench.kept
    if doctor.returncode == 3:
        bench.anew()
    bench.kept = stored(bench.folder)
    altered = [table for table, rows in bench.kept.items() if not rows.items() <= before[table].items()]
    demand(not altered, f"altered rows were saved in {altered}")
    bench.n_damaged += len(before["trials"]) - len(bench.kept["trials"])


def flip_bit(bench: Bench) -> None:
    """One bit of the database, anywhere."""

    def flip(content: bytearray) -> None:
        content[bench.draw.randrange(len(content))] ^= 1 << bench.draw.randrange(8)

    damage(bench, flip)


def overwrite(bench: Bench) -> None:
    """Up to 16 kB of the database, anywhere, with noise."""

    def spoil(content: bytearray) -> None:
        place = bench.draw.randrange(len(content))
        size = min(bench.draw.randrange(1, 16_384), len(content) - place)
        content[place : place + size] = bench.draw.randbytes(size)

    damage(bench, spoil)


def truncate(bench: Bench) -> None:
    """The database cut off anywhere."""

    def cut(content: bytearray) -> None:
        del content[bench.draw.randrange(len(content)) :]

    damage(bench, cut)


def run_twice(bench: Bench) -> None:
    """A second run on the same folder."""
    with running(*COMMAND, cwd=bench.place) as first:
        wait_for(lambda: count_trials(bench.folder) or first.poll() is not None)
        second = start(*COMMAND, cwd=bench.place)
        _, said = second.communicate(timeout=120)
        in_use = f"'r/grid' is in use by process {first.pid} on " in said and second.returncode == 3
        demand(
            in_use or (second.returncode == 0 and first.poll() is not None), f"exit code {second.returncode}: {said}"
        )
        bench.ends_well(first)


def report_meanwhile(bench: Bench) -> None:
    """A report while the run writes."""
    with running(*COMMAND, cwd=bench.place) as process:
        wait_for(lambda: count_trials(bench.folder) or process.poll() is not None)
        report = start("report", "r/grid", "--no-files", "--json", cwd=bench.place)
        _, said = report.communicate(timeout=300)
        demand(report.returncode == 0, f"exit code {report.returncode}: {said}")
        bench.ends_well(process)


def change_config(bench: Bench) -> None:
    """Another config in between: more seeds, other functions."""
    bench.end("--set", bench.draw.choice(("seeds.final=3", "activation=gelu", "training.epochs=4")))


FAULTS: dict[str, Callable[[Bench], None]] = {
    "kill -9 of the run": kill_run,
    "kill -9 of a worker": kill_worker,
    "a worker without memory": starve_worker,
    "a worker that hangs": hang_worker,
    "Ctrl-C": interrupt,
    "Ctrl-C twice": interrupt_twice,
    "SIGTERM": terminate,
    "a full disk": fill_disk,
    "a limit of file sizes": limit_files,
    "a flipped bit in the database": flip_bit,
    "noise over a part of the database": overwrite,
    "a database cut short": truncate,
    "two runs on one folder": run_twice,
    "a report during a run": report_meanwhile,
    "another config in between": change_config,
}
