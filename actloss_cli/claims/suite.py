"""All claims of a file on the runs that they name: reads each run once, tests every claim, adjusts for their number."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from actloss_cli.claims.evaluate import evaluate
from actloss_cli.claims.load import Claims
from actloss_cli.claims.measured import Measured
from actloss_cli.claims.outcome import Outcome, adjusted
from actloss_cli.claims.schema import ClaimSection
from actloss_cli.config.yaml_reader import read_yaml_file
from actloss_cli.errors import ExitCode, user_error
from actloss_cli.store.data import RunData
from actloss_cli.store.folder import is_run
from actloss_cli.store.reader import read_run


@dataclass(frozen=True)
class Suite:
    """What came out."""

    outcomes: tuple[Outcome, ...]
    skipped: tuple[ClaimSection, ...]
    """Claims on runs that were not given."""
    runs: tuple[RunData, ...]
    note: str = ""
    """Of the file."""

    @property
    def broken(self) -> list[Outcome]:
        """Those that did not come out as the file says they must."""
        return [one for one in self.outcomes if one.holds is False]


def run_name(config: Path) -> str:
    """The name of a config's run, without its data being read. Raises `UserError` where it has none."""
    value = read_yaml_file(config, str(config)).value
    name = value.get("name") if isinstance(value, dict) else None
    if not isinstance(name, str):
        raise user_error("'name' is missing", where=str(config), hint="'actloss plan' says all that is wrong with it")
    return name


def config_runs(claims: Claims) -> dict[Path, str]:
    """The configs that the claims name, each with its run's name, in the order of the file."""
    paths = dict.fromkeys(claims.config_path(claim) for _, claim in claims.claims if claim.config)
    return {path: run_name(path) for path in paths}


def suite_on_results(claims: Claims, results: Path) -> Suite:
    """Every claim, each on the run in `results` of the config that it names. Raises where one is missing."""
    folders = {name: results / name for name in config_runs(claims).values()}
    if missing := [folder for folder in folders.values() if not is_run(folder)]:
        hint = f"train what the claims need with 'actloss claims run {claims.path} --results {results}'"
        raise user_error(f"no run in '{missing[0]}'", hint=hint, code=ExitCode.RESULTS)
    if homeless := [claim for _, claim in claims.claims if claim.needs_run and not claim.config]:
        hint = "name its config, or test one run with 'actloss verify'"
        raise user_error(f"claim {homeless[0].id} names no config", where=str(claims.path), hint=hint)
    return _evaluated(claims, lambda claim: folders[run_name(claims.config_path(claim))])


def suite_on_runs(claims: Claims, folders: Sequence[Path]) -> Suite:
    """Claims on these runs: those that name one of their configs, and, of a single run, those that name none."""
    by_name = {folder.resolve().name: folder for folder in folders}

    def folder_of(claim: ClaimSection) -> Path | None:
        if claim.config:
            return by_name.get(run_name(claims.config_path(claim)))
        return folders[0] if len(folders) == 1 else None

    return _evaluated(claims, folder_of)


def _evaluated(claims: Claims, folder_of: Callable[[ClaimSection], Path | None]) -> Suite:
    read: dict[Path, Measured] = {}
    outcomes: list[Outcome] = []
    skipped: list[ClaimSection] = []
    refusals: list[tuple[int, ValidationError]] = []
    for place, claim in claims.claims:
        folder = folder_of(claim) if claim.needs_run else None
        if claim.needs_run and folder is None:
            skipped.append(claim)
            continue
        try:
            outcomes.append(evaluate(claim, _measured(folder, read) if folder else None))
        except ValidationError as error:
            refusals.append((place, error))
    if refusals:
        raise claims.refused(refusals)
    return Suite(tuple(adjusted(outcomes)), tuple(skipped), tuple(one.run for one in read.values()), claims.note)


def _measured(folder: Path, read: dict[Path, Measured]) -> Measured:
    """The run, read once. Raises where trials are missing: what they say may change the outcome."""
    if folder not in read:
        run = read_run(folder)
        if run.n_missing:
            hint = "run it again to finish it"
            raise user_error(f"'{folder}' lacks {run.n_missing:,} trials", hint=hint, code=ExitCode.RESULTS)
        read[folder] = Measured.of(run)
    return read[folder]
