"""Makes each fault happen many times to real runs, and writes docs/reliability.md: times tried, survived, lost trials.

python -m studies.reliability [--times N] [--minutes M] [--folder docs] [--soak MINUTES] [--no-page]
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from actloss_cli.store.provenance import describe_session
from studies.durability import measure_durability
from studies.fault_bench import Bench, NotSurvivedError
from studies.faults import FAULTS
from studies.reliability_page import write_page

_MOST_ATTEMPTS = 20
KILLS = "kill -9 of the run"


@dataclass
class Tally:
    """What came of the faults."""

    tried: Counter[str] = field(default_factory=Counter)
    survived: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def make(self, name: str, bench: Bench) -> None:
        """Makes one fault happen, however often a run is done before, and looks at what is stored after it."""
        try:
            for _ in range(_MOST_ATTEMPTS):
                happened = FAULTS[name](bench)
                self.lost[name] += bench.look()
                if happened:
                    break
            else:
                return
        except NotSurvivedError as harm:
            self.tried[name] += 1
            self.failures.append(f"{name}: {harm}")
            print(self.failures[-1], file=sys.stderr)
            bench.anew()
        else:
            self.tried[name] += 1
            self.survived[name] += 1


def main() -> None:
    """Parses the command line and carries it out."""
    parser = argparse.ArgumentParser(
        "python -m studies.reliability", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--times", type=int, default=10, help="how often each fault is tried (10), the first 5 times as often"
    )
    parser.add_argument(
        "--minutes", type=float, default=20, help="after so many no further turn of all faults begins (20)"
    )
    parser.add_argument("--folder", type=Path, default=Path("docs"), help="where reliability.md goes (docs)")
    parser.add_argument("--soak", type=float, default=0, metavar="MINUTES", help="instead, random faults for so long")
    parser.add_argument("--every", type=float, default=60, metavar="SECONDS", help="between two faults of a soak (60)")
    parser.add_argument("--seed", type=int, default=0, help="of which faults, and when (0)")
    parser.add_argument("--no-page", action="store_true", help="only print what came of it")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        bench = Bench(Path(place), random.Random(arguments.seed))
        bench.begin()
        if arguments.soak:
            tally = soak(bench, arguments.soak * 60, arguments.every)
        else:
            tally = try_each(bench, arguments.times, arguments.minutes * 60)
    for name, n in tally.tried.items():
        print(f"{name}: {n} tried, {tally.survived[name]} survived, {tally.lost[name]} trials lost")
    print(f"finished grids, equal to an undisturbed run's to the last digit: {bench.n_finished}", flush=True)
    if not (arguments.soak or arguments.no_page):
        cost = measure_durability()
        write_page(tally.tried, tally.survived, tally.lost, bench, cost, describe_session("cpu", 2), arguments.folder)
    sys.exit(bool(tally.failures or sum(tally.lost.values())))


def try_each(bench: Bench, times: int, seconds: float) -> Tally:
    """Each fault in turn, so that they meet each other's remains."""
    tally, deadline = Tally(), time.monotonic() + seconds
    for turn in range(times):
        if time.monotonic() > deadline:
            break
        for name in FAULTS:
            for _ in range(5 if name == KILLS else 1):
                tally.make(name, bench)
        print(f"{turn + 1} of {times}, {bench.n_finished} grids finished", file=sys.stderr)
    return tally


def soak(bench: Bench, seconds: float, every: float) -> Tally:
    """A random fault in every interval, on runs that go on in between."""
    tally, deadline = Tally(), time.monotonic() + seconds
    while time.monotonic() < deadline:
        begun = time.monotonic()
        tally.make(bench.draw.choice(list(FAULTS)), bench)
        while time.monotonic() < min(begun + every, deadline):
            bench.end()
            tally.lost["between faults"] += bench.look()
    return tally


if __name__ == "__main__":
    main()
