"""Trains a config from Python, as `actloss run` does from the shell; prints nothing, and leaves signals alone."""

import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

from actloss_cli.api.planning import plan_config
from actloss_cli.api.results import Results
from actloss_cli.config.code_rule import CodeRule
from actloss_cli.config.config import RunConfig
from actloss_cli.config.limits import MAX_TRIALS
from actloss_cli.config.load import load_config
from actloss_cli.config.mapping import mapping_text
from actloss_cli.config.shipped import find_config
from actloss_cli.config.yaml_writer import dump_yaml
from actloss_cli.errors import user_error
from actloss_cli.execute.cores import default_workers
from actloss_cli.execute.local import LocalCrew
from actloss_cli.execute.run import resolve_device, run_plan
from actloss_cli.execute.scheduler import Progress
from actloss_cli.store.completion import asked_key, find_completion

Config: TypeAlias = str | os.PathLike[str] | Mapping[str, Any] | RunConfig
"""A YAML file, the name of a shipped config, what a file would hold, or what `load_config` gave."""


def run(
    config: Config,
    *,
    settings: Sequence[str] = (),
    results: str | os.PathLike[str] = "results",
    workers: int | None = None,
    device: Literal["auto", "cpu", "cuda"] = "auto",
    timeout_s: float | None = None,
    max_trials: int = MAX_TRIALS,
    allow_code: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> Results:
    """Trains what `config` asks for and is not in `results`/NAME yet; gives what is there then.

    `settings` override single keys, such as `training.epochs=5`. `workers` processes train, one per core unless said.
    `allow_code` imports functions and models of your own that the config names.
    `timeout_s` is how long trials that train together may take. `progress` is called with the counts, in this thread,
    while trials come in. Ctrl-C stops at once and raises KeyboardInterrupt: what is stored stays, and the same call
    goes on from there.

    Raises `UserError` with all that is wrong with the config, before anything is trained, and where another process
    writes to the same results. Warns (RuntimeWarning) where trials crashed; the same call tries them again.
    """
    if workers is not None and workers < 1:
        raise user_error(f"workers is {workers}", hint="give 1 or more, or None for one per core")
    folder = Path(results)
    key = _asked_key(config, settings)
    if complete := find_completion(folder, key):
        return Results(complete.folder)
    where = resolve_device(device)
    loaded = _loaded(config, settings, CodeRule(allow_code, hint="if you trust it: allow_code=True"))
    plan = plan_config(loaded, max_trials)
    session = run_plan(
        plan,
        dump_yaml(loaded.resolved()),
        folder / loaded.name,
        key,
        crew=LocalCrew(workers or default_workers(), where, timeout_s),
        watch=progress or _ignore,
        on_start=_ignore,
    )
    if n_crashed := session.progress.n_crashed:
        said = f"{n_crashed:,} trials crashed or took too long; the first said: {session.progress.failure}"
        warnings.warn(said, RuntimeWarning, stacklevel=2)
    return Results(folder / loaded.name)


def _asked_key(config: Config, settings: Sequence[str]) -> str:
    match config:
        case RunConfig():
            return asked_key(dump_yaml(config.resolved()), settings)
        case Mapping():
            return asked_key(mapping_text(config), settings)
        case _:
            return asked_key(find_config(os.fspath(config))[0], settings)


def _loaded(config: Config, settings: Sequence[str], rule: CodeRule) -> RunConfig:
    match config:
        case RunConfig():
            return load_config(config.resolved(), settings, rule) if settings else config
        case Mapping():
            return load_config(config, settings, rule)
        case _:
            return load_config(os.fspath(config), settings, rule)


def _ignore(_: object) -> None:
    """For whoever asked for nothing."""
