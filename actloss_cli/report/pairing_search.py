"""From the name of a pairing, as a user types it, to its rows."""

import difflib
from collections.abc import Mapping

from actloss_cli.analysis.pairings import Analysis
from actloss_cli.errors import user_error
from actloss_cli.report.frame_rows import rows_of
from actloss_cli.report.ranking import pairing_label


def find_pairings(analysis: Analysis, name: str) -> list[str]:
    """The ids behind an id, a label `relu/sigmoid/bce/adam` (one a task), or `TASK/LABEL`; raises `UserError`."""
    return match_pairings({id_: (row["task"], pairing_label(row)) for id_, row in rows_of(analysis.pairings)}, name)


def match_pairings(pairings: Mapping[str, tuple[str, str]], name: str) -> list[str]:
    """The same, of pairings given by task and label."""
    names = {id_: {id_, label, f"{task}/{label}"} for id_, (task, label) in pairings.items()}
    if found := [id_ for id_, known in names.items() if name in known]:
        return found
    near = difflib.get_close_matches(name, sorted(set().union(*names.values())), n=1)
    hint = f"did you mean '{near[0]}'?" if near else "a pairing is named activation/output/loss/optimizer"
    raise user_error(f"no pairing '{name}' in these results", hint=hint)
