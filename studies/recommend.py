"""Holds `actloss recommend` against the whole grid of the same candidates on six tables, for docs/recommend.md.

python -m studies.recommend [--results DIR] [--workers N] [--folder docs] [--only TABLE]...
"""

import argparse
import json
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from actloss_cli.analysis import analyse
from actloss_cli.analysis.pairing_row import pairing_labels
from actloss_cli.plan.selection import Floats
from actloss_cli.store.data import RunData
from actloss_cli.store.reader import read_run
from actloss_cli.store.schema import DATABASE
from studies.recommend_page import write_page
from studies.recommend_tables import TABLES, TARGET, write_tables

SHARE = 5
"""Per cent of the whole grid's training that a recommendation may take."""


@dataclass(frozen=True)
class Training:
    """What was trained in a folder, whatever its plan in force asks for."""

    epochs: int
    """Of all trials together; on one table each has as many updates."""
    core_s: float
    """What workers took for them, by the clock."""
    command_s: float
    """What the whole command took, by the clock."""


@dataclass(frozen=True)
class Outcome:
    """One table. All scores are of the whole grid, on its final seeds."""

    table: str
    kind: str
    n_rows: int
    n_pairings: int
    whole: Training
    recommended: Training
    best: str
    best_score: float
    take: str
    take_score: float
    take_share: float
    """Of the best one's gain over the floor."""
    default: str
    default_score: float
    default_verdict: str
    best_less_default: tuple[float, float, float]
    take_less_default: tuple[float, float, float]
    """Means over seeds, with their 95 % t intervals."""

    @property
    def within(self) -> bool:
        """Whether what is taken keeps what a pairing that works must keep."""
        return self.take_share >= 0.95

    @property
    def share(self) -> float:
        """Of the whole grid's training."""
        return self.recommended.epochs / self.whole.epochs

    @property
    def default_is_beaten(self) -> bool:
        """Whether the whole grid's best is clearly better than the default."""
        return self.best_less_default[1] > 0


def measure_table(name: str, csv: Path, results: Path, workers: int | None) -> Outcome:
    """Recommends, then trains the whole grid that the recommendation names; what is there already is not done again."""
    options = ["--results", str(results), *(["--workers", str(workers)] if workers else [])]
    epochs = str(TABLES[name].epochs)
    budget = ["--epochs", epochs, "--budget", f"{SHARE}%", "--json"]
    answer = json.loads(_actloss(csv, "recommend", str(csv), "--target", TARGET, *budget, *options))
    folder = Path(answer["results"])
    _actloss(csv, "run", str(folder / "candidates.yaml"), *options)
    taken = {verb: _seconds(csv, verb) for verb in ("recommend", "run")}
    return judge(name, answer, (folder, taken["recommend"]), (folder.with_name(f"{folder.name}-all"), taken["run"]))


def judge(name: str, answer: dict[str, Any], part: tuple[Path, float], whole: tuple[Path, float]) -> Outcome:
    """Looks up in the whole grid what was recommended; folders come with what their commands took."""
    run = read_run(whole[0])
    analysis = analyse(run)
    pairings = analysis.pairings.assign(label=pairing_labels(analysis.pairings)).set_index("label")
    reference = str(pairings.index[pairings["is_reference"]][0])
    take, default = answer["best"]["pairing"], answer["default"]["pairing"]
    floor = float(run.tasks["floor"].iloc[0])
    score = pairings["score"]
    gain = score[reference] - floor
    return Outcome(
        table=name,
        kind=str(run.tasks["kind"].iloc[0]),
        n_rows=int(answer["profile"]["n_rows"]),
        n_pairings=int((pairings["verdict"] != "invalid").sum()),
        whole=trained(*whole),
        recommended=trained(*part),
        best=reference,
        best_score=float(score[reference]),
        take=take,
        take_score=float(score[take]),
        take_share=float((score[take] - floor) / gain),
        default=default,
        default_score=float(score[default]),
        default_verdict=str(pairings["verdict"][default]),
        best_less_default=paired(_finals(run, reference), _finals(run, default)),
        take_less_default=paired(_finals(run, take), _finals(run, default)),
    )


def trained(folder: Path, command_s: float) -> Training:
    """Sums over all trials that are stored."""
    query = "SELECT sum(json_extract(spec, '$.training.epochs')), sum(elapsed_s) FROM trials"
    with closing(sqlite3.connect(f"{(folder / DATABASE).resolve().as_uri()}?mode=ro", uri=True)) as db:
        epochs, core_s = db.execute(query).fetchone()
    return Training(int(epochs), float(core_s), command_s)


def paired(ours: Floats, theirs: Floats) -> tuple[float, float, float]:
    """Mean difference over seeds `[n]`, and its 95 % t interval; a point where no seed differs."""
    gap = ours - theirs
    error = stats.sem(gap)
    reach = float(stats.t.ppf(0.975, len(gap) - 1) * error)
    return float(gap.mean()), float(gap.mean() - reach), float(gap.mean() + reach)


def _finals(run: RunData, label: str) -> Floats:
    """Test scores of a pairing by seed."""
    (task,) = run.tasks.index
    trials = run.trials[(run.trials["pairing_id"] == f"{task}/{label}") & (run.trials["phase"] == "final")]
    return trials.sort_values("seed")["score"].to_numpy(np.float64)


def _actloss(csv: Path, *arguments: str) -> str:
    """What the command prints; how long its first time took is noted beside the table."""
    command = [sys.executable, "-m", "actloss_cli", *arguments]
    start = time.perf_counter()
    printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    note = _note(csv, arguments[0])
    if not note.exists():
        note.write_text(f"{time.perf_counter() - start:.1f}\n", encoding="utf-8")
    return printed


def _seconds(csv: Path, verb: str) -> float:
    return float(_note(csv, verb).read_text(encoding="utf-8"))


def _note(csv: Path, verb: str) -> Path:
    return csv.with_suffix(f".{verb}-seconds")


def main() -> None:
    """Parses the command line and carries it out."""
    parser = argparse.ArgumentParser(
        "python -m studies.recommend", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=Path, default=Path("results/recommend"), help="where runs are kept")
    parser.add_argument("--workers", type=int, help="worker processes; one per core unless said")
    parser.add_argument("--folder", type=Path, default=Path("docs"), help="where recommend.md goes (docs)")
    parser.add_argument("--only", action="append", choices=list(TABLES), help="these tables alone")
    arguments = parser.parse_args()
    paths = write_tables(arguments.results / "tables")
    outcomes = []
    for name in arguments.only or TABLES:
        outcomes.append(measure_table(name, paths[name], arguments.results, arguments.workers))
        print(outcomes[-1], flush=True)
    write_page(outcomes, SHARE, arguments.folder / "recommend.md")


if __name__ == "__main__":
    main()
