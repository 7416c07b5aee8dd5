"""Writes docs/reliability.md: what happens under each fault, how often it was tried, and what it cost."""

from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

from actloss_cli.execute.time_limits import FACTOR, LEAST_S
from studies.durability import Durability
from studies.fault_bench import Bench

WHAT_HAPPENS = {
    "kill -9 of the run": "what is committed stays; the next run trains the rest",
    "kill -9 of a worker": "its stack is tried again in halves; a trial that loses its worker alone is `crashed`",
    "a worker without memory": "as above, with the allocator's words",
    "a worker that hangs": "it is ended after `--timeout`; its stack is tried once more in parts, then `timeout`",
    "Ctrl-C": "stacks in flight are finished and stored; the command that goes on is printed; exit 130",
    "Ctrl-C twice": "ends at once; exit 130",
    "SIGTERM": "as Ctrl-C",
    "a full disk": "error with the path, exit 3; goes on once there is room",
    "a limit of file sizes": "error with the path, exit 3; goes on once it is lifted",
    "a flipped bit in the database": "noticed on opening; `actloss doctor` saves all other trials and keeps the file",
    "noise over a part of the database": "as above",
    "a database cut short": "as above, as far as pages are left",
    "two runs on one folder": "the second exits at once, with 3, and names process and host of the first",
    "a report during a run": "shows one consistent state",
    "another config in between": "trials of both are kept; reports show those of the config in force",
}

TEXT = """\
# Reliability

Every fault below was made to happen to real runs of one grid ({n_trials} trials), one after another over the
same folder, so that each meets what the others left. After each, every row that was ever committed was compared
with what is stored; a finished grid was compared with an undisturbed run's, every stored number to the last
digit, and begun anew: {n_finished} times. `make reliability` writes this page anew.

| fault | what happens | tried | survived | committed trials lost |
|---|---|---|---|---|
{rows}

Damage to the file itself hit {n_damaged} trials: each was named as damaged, none was read, and each was trained
again.

## What guards a trial

- One process writes. A stack is one transaction with `synchronous=FULL`; a trial is there whole, or not at all.
- Every row ends in a CRC-32 of its cells; opening results checks all of them, and the file's structure and
  indices (`PRAGMA integrity_check`). A trial is one row. What doesn't fit is never read, and never overwritten.
- `actloss doctor RESULTS` makes a database of all that is sound and keeps the damaged file beside it;
  `--dry-run` only tells.
- A lock of the kernel keeps a second run out; it goes with the process, however that ends.
- A stack may take {factor:.0f} times as long for each step as the slowest before it of its task, and
  {least:.0f} s at least; `--timeout SECONDS` sets it. Time in which the run itself stood still doesn't count.
- More than 5,000,000 trials need `--max-trials`; a CSV may have 200 MB.

## What it costs

A part of the main grid, {n_stored:,} trials in {n_commits:,} transactions, was trained {n_pairs} times in pairs: once
as always, once with `synchronous=OFF`, which loses trials when the power fails.

| medians over pairs | |
|---|---|
| share of a run spent storing, checksums and waits for the disk among it, while workers train on | {share:.1f} % |
| share of a run spent storing beyond what the other of its pair spends: waits for the disk | {waiting:.1f} % |
| time of a run by that of the other of its pair | {ratio:.3f} ({least_ratio:.3f} to {most_ratio:.3f}) |

## Commands

| command | does |
|---|---|
| `make reliability` | this page |
| `make faults` | every test of faults, with 50 kills in a row over one grid |
| `make fuzz` | 100,000 broken configs: only the documented errors come out |
| `make soak` | 30 minutes of runs with a random fault a minute |

`make test` has a short form of each but the soak. Measured on {processor}, {platform}, torch {torch}.
"""


def write_page(
    tried: Mapping[str, int],
    survived: Mapping[str, int],
    lost: Mapping[str, int],
    bench: Bench,
    cost: Durability,
    session: Mapping[str, Any],
    folder: Path,
) -> None:
    """Into `reliability.md` of the folder."""
    ratios, (first, _) = cost.ratios, cost.pairs[0]
    rows = "\n".join(
        f"| {name} | {what} | {tried[name]} | {survived[name]} | {lost[name]} |" for name, what in WHAT_HAPPENS.items()
    )
    text = TEXT.format(
        n_trials=len(bench.whole),
        n_finished=bench.n_finished,
        n_damaged=bench.n_damaged,
        rows=rows,
        factor=FACTOR,
        least=LEAST_S,
        n_stored=first.n_trials,
        n_commits=first.n_commits,
        n_pairs=len(cost.pairs),
        share=100 * cost.share,
        waiting=100 * cost.waiting,
        ratio=median(ratios),
        least_ratio=ratios[0],
        most_ratio=ratios[-1],
        processor=session["processor"],
        platform=session["platform"],
        torch=session["libraries"]["torch"],
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "reliability.md").write_text(text, encoding="utf-8")
