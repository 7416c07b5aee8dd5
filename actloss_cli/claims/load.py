"""A claims file by path to its claims, each with its place in the text: all problems come at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel, ValidationError

from actloss_cli.claims.schema import (
    BestAmong,
    ClaimSection,
    ClaimsFile,
    Compare,
    Equal,
    Exists,
    Keeps,
    Share,
    Side,
    StepTime,
)
from actloss_cli.config.document import Document, sorted_problems
from actloss_cli.config.flaw import Flaw, KeyPath
from actloss_cli.config.rewording import flaws_from
from actloss_cli.config.wording import nearest_or_all, shown
from actloss_cli.config.yaml_reader import read_yaml_file
from actloss_cli.errors import UserError, user_error

_SECTIONS: Mapping[str | int, type[BaseModel]] = {
    "a": Side,
    "b": Side,
    "compare": Compare,
    "equal": Equal,
    "keeps": Keeps,
    "best_among": BestAmong,
    "exists": Exists,
    "share": Share,
    "step_time": StepTime,
}


@dataclass(frozen=True)
class Claims:
    """The claims of a file, or those of them that were asked for."""

    path: Path
    document: Document
    claims: tuple[tuple[int, ClaimSection], ...]
    """Each with its place in the file."""
    note: str = ""

    def only(self, ids: Collection[str]) -> "Claims":
        """Those with these ids, of which every one must be there."""
        known = [claim.id for _, claim in self.claims]
        for asked in ids:
            if asked not in known:
                hint = nearest_or_all(asked, known, "the ids are")
                raise user_error(f"no claim has the id {shown(asked)}", where=str(self.path), hint=hint)
        return replace(self, claims=tuple(one for one in self.claims if one[1].id in ids))

    def config_path(self, claim: ClaimSection) -> Path:
        """Of the config that the claim names, which starts from the claims file's folder."""
        return self.path.parent / claim.config

    def refused(self, refusals: Sequence[tuple[int, ValidationError]]) -> UserError:
        """What no run could be found to have, by the places of the claims that speak of it."""
        flaws = [
            replace(flaw, path=("claims", place, *flaw.path))
            for place, error in refusals
            for flaw in flaws_from(error, self.document.value["claims"][place], keys_at)
        ]
        return UserError(*sorted_problems(self.document.locate(flaws)))


def load_claims(path: Path) -> Claims:
    """The claims in a file. Raises `UserError` with all its problems, from top to bottom."""
    if path.is_dir() or not path.exists():
        what = "is a folder" if path.is_dir() else "there is no such file"
        raise user_error(what, where=str(path), hint="a claims file is YAML, such as configs/claims.yaml")
    document = read_yaml_file(path, str(path))
    if not isinstance(document.value, dict):
        hint = "a claims file is a mapping with the list 'claims'"
        raise user_error("the top is no mapping", where=str(document.mark(())), hint=hint)
    try:
        read = ClaimsFile.model_validate(document.value)
        claims, note = read.claims, read.note
        flaws = list(_repeats(claims)) + list(_configs(claims, path.parent))
    except ValidationError as error:
        claims, note, flaws = [], "", flaws_from(error, document.value, keys_at)
    if problems := sorted_problems((*document.problems, *document.locate(flaws))):
        raise UserError(*problems)
    return Claims(path, document, tuple(enumerate(claims)), note)


def keys_at(loc: tuple[int | str, ...]) -> list[str]:
    """The keys that the mapping at pydantic's location may have."""
    top = ClaimSection if "claims" in loc else ClaimsFile
    section = next((_SECTIONS[part] for part in reversed(loc) if part in _SECTIONS), top)
    return list(section.model_fields)


def _repeats(claims: Sequence[ClaimSection]) -> list[Flaw]:
    ids = [claim.id for claim in claims]
    return [
        Flaw(("claims", place, "id"), f"repeats {shown(id_)}", "an id names one claim")
        for place, id_ in enumerate(ids)
        if id_ in ids[:place]
    ]


def _configs(claims: Sequence[ClaimSection], folder: Path) -> list[Flaw]:
    """Configs that are not there; those of claims that need none."""
    flaws: list[Flaw] = []
    for place, claim in enumerate(claims):
        path: KeyPath = ("claims", place, "config")
        if claim.config and not claim.needs_run:
            flaws.append(Flaw(path, "is not needed: the claim is tested on the functions themselves", "remove it"))
        elif claim.config and not (folder / claim.config).is_file():
            flaws.append(Flaw(path, f"there is no file {shown(claim.config)}", f"paths start from {folder}"))
    return flaws
