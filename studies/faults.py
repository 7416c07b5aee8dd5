"""Faults, each made to happen to a run: what it is, how it is done, and the harm that must not come of it.

Each gives whether it happened, since a run may be done before.
"""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from actloss_cli.store.doctor import diagnose
from studies.fault_bench import COMMAND, Bench, demand
from studies.sessions import running, start, stored, wait_for, workers


def longer(bench: Bench) -> tuple[str, str]:
    """Options for a run that others are to meet: some seconds of work that was not done before."""
    return "--set", f"training.epochs={bench.draw.randrange(300, 3000)}"


def kill_run(bench: Bench) -> bool:
    """`kill -9` of the process that writes."""
    with running(*COMMAND, cwd=bench.place) as process:
        wait_for(lambda: bench.folder.exists() or process.poll() is not None)
        time.sleep(bench.draw.uniform(0, 3))
        process.kill()
        return process.wait() == -signal.SIGKILL


def harm_worker(bench: Bench, harm: Callable[[int], object], *options: object) -> bool:
    """Some worker is harmed; the run goes on to its end."""
    with running(*COMMAND, *options, cwd=bench.place) as process:
        bench.begun(process)
        n_harmed = 0
        for worker in workers(process.pid)[:1]:
            with suppress(ProcessLookupError):
                harm(worker)
                n_harmed += 1
        bench.ends_well(process)
    return n_harmed > 0


def kill_worker(bench: Bench) -> bool:
    """`kill -9` of a worker."""
    return harm_worker(bench, lambda pid: os.kill(pid, signal.SIGKILL))


def starve_worker(bench: Bench) -> bool:
    """A worker that gets no more memory."""
    return harm_worker(bench, lambda pid: resource.prlimit(pid, resource.RLIMIT_AS, (1_000_000, 1_000_000)))


def hang_worker(bench: Bench) -> bool:
    """A worker that stands still."""
    return harm_worker(bench, lambda pid: os.kill(pid, signal.SIGSTOP), "--timeout", 4)


def tell(bench: Bench, *signals: signal.Signals) -> bool:
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
        return process.returncode == 130


def interrupt(bench: Bench) -> bool:
    """SIGINT."""
    return tell(bench, signal.SIGINT)


def interrupt_twice(bench: Bench) -> bool:
    """SIGINT, and again."""
    return tell(bench, signal.SIGINT, signal.SIGINT)


def terminate(bench: Bench) -> bool:
    """SIGTERM."""
    return tell(bench, signal.SIGTERM)


def fill_disk(bench: Bench) -> bool:
    """A file system (tmpfs) with little room beyond what is stored."""
    used = (
        sum(path.stat().st_size for path in bench.folder.rglob("*") if path.is_file()) if bench.folder.exists() else 0
    )
    script = f"""
        mkdir -p small r && mount -t tmpfs -o size={used + bench.draw.randrange(20_000, 150_000)} tmpfs small || exit 99
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
    return answer.returncode == 3


def limit_files(bench: Bench) -> bool:
    """A limit of file sizes (RLIMIT_FSIZE) just above the database's."""
    size = bench.database.stat().st_size if bench.database.exists() else 0
    most = size + bench.draw.randrange(20_000, 150_000)
    process = start(
        *COMMAND, cwd=bench.place, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    )
    _, said = process.communicate(timeout=600)
    demand(process.returncode in (0, 3), f"exit code {process.returncode}: {said}")
    demand(process.returncode == 0 or "error: cannot write 'r/grid/" in said, said)
    return process.returncode == 3


def damage(bench: Bench, change: Callable[[bytearray], None]) -> bool:
    """Changes the database's bytes; what they hit must be noticed, the rest be saved."""
    if not bench.kept:
        bench.end()
        bench.kept = stored(bench.folder)
    content = bytearray(bench.database.read_bytes())
    change(content)
    bench.database.write_bytes(content)
    if not diagnose(bench.folder).faults:
        demand(stored(bench.folder) == bench.kept, "a changed row was not noticed")
        return False
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
    demand(bench.kept.items() <= before.items(), "altered trials were saved")
    bench.n_damaged += len(before) - len(bench.kept)
    return True


def flip_bit(bench: Bench) -> bool:
    """One bit of the database, anywhere."""

    def flip(content: bytearray) -> None:
        content[bench.draw.randrange(len(content))] ^= 1 << bench.draw.randrange(8)

    return damage(bench, flip)


def overwrite(bench: Bench) -> bool:
    """Up to 16 kB of the database, anywhere, with noise."""

    def spoil(content: bytearray) -> None:
        place = bench.draw.randrange(len(content))
        size = min(bench.draw.randrange(1, 16_384), len(content) - place)
        content[place : place + size] = bench.draw.randbytes(size)

    return damage(bench, spoil)


def truncate(bench: Bench) -> bool:
    """The database cut off anywhere."""

    def cut(content: bytearray) -> None:
        del content[bench.draw.randrange(len(content)) :]

    return damage(bench, cut)


def run_twice(bench: Bench) -> bool:
    """A second run on the same folder."""
    with running(*COMMAND, *longer(bench), cwd=bench.place) as first:
        wait_for(lambda: workers(first.pid) or first.poll() is not None)
        second = start(*COMMAND, cwd=bench.place)
        _, said = second.communicate(timeout=120)
        in_use = f"'r/grid' is in use by process {first.pid} on " in said and second.returncode == 3
        was_over = second.returncode == 0 and first.poll() is not None
        demand(in_use or was_over, f"exit code {second.returncode}: {said}")
        stop_well(first)
        return in_use


def report_meanwhile(bench: Bench) -> bool:
    """A report while the run writes."""
    with running(*COMMAND, *longer(bench), cwd=bench.place) as process:
        wait_for(lambda: workers(process.pid) or process.poll() is not None)
        report = start("report", "r/grid", "--no-files", "--json", cwd=bench.place)
        _, said = report.communicate(timeout=300)
        demand(report.returncode == 0, f"exit code {report.returncode}: {said}")
        was_going_on = process.poll() is None
        stop_well(process)
        return was_going_on


def stop_well(process: subprocess.Popen[str]) -> None:
    """Ends a run as a user does."""
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    demand(process.returncode in (0, 130), f"exit code {process.returncode}: {said}")


def change_config(bench: Bench) -> bool:
    """Another config in between: more seeds, other functions."""
    bench.end("--set", bench.draw.choice(("seeds.final=3", "activation=gelu", "training.epochs=4")))
    return True


FAULTS: dict[str, Callable[[Bench], bool]] = {
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
