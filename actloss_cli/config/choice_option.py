"""Functions on the command line, each a name or YAML such as `{name: focal, gamma: 1}`, to the choices they mean."""

from collections.abc import Mapping
from pathlib import Path

from actloss_cli.catalogue import Choice
from actloss_cli.config.document import Origin
from actloss_cli.config.entries import Role, read_entry
from actloss_cli.config.flaw import Flaw
from actloss_cli.config.yaml_reader import read_yaml
from actloss_cli.errors import Problem, UserError


def read_choices(given: Mapping[Role, str | None]) -> dict[Role, Choice]:
    """The one function that each `--ROLE TEXT` names, for those given; raises `UserError` with all that is wrong."""
    problems: list[Problem] = []
    choices: dict[Role, Choice] = {}
    for role, text in given.items():
        if text is None:
            continue
        where = f"--{role} {text}"
        document = read_yaml(text, Origin(where, Path.cwd(), rank=1))
        problems += [problem for _, problem in document.problems]
        flaws: list[Flaw] = []
        found = [] if document.problems else read_entry(role, document.value, (), flaws)
        if len(found) > 1:
            flaws.append(Flaw((), f"stands for {len(found)} functions", "name one"))
        problems += [Problem(flaw.message, where, flaw.hint) for flaw in flaws]
        if found:
            choices[role] = found[0]
    if problems:
        raise UserError(*problems)
    return choices
