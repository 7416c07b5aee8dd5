"""What theory says of a pairing, as it is frozen with the plan before the first trial: to text and back."""

import json
from dataclasses import asdict, dataclass

from actloss_cli.theory.notice import Notice, NoticeName


@dataclass(frozen=True)
class StoredNotice:
    """A notice as the store has it."""

    notice: Notice
    against: str
    """Id of the pairing of the same run that does what the notice advises; "" where there is none."""


@dataclass(frozen=True)
class Frozen:
    """Of one pairing."""

    notices: tuple[StoredNotice, ...]
    proper: bool
    """Whether its loss is least, in expectation, at the true probabilities."""

    def to_json(self) -> str:
        """One line."""
        rows = [asdict(one.notice) | {"against": one.against} for one in self.notices]
        return json.dumps({"proper": self.proper, "notices": rows})


def read_frozen(text: str) -> Frozen:
    """What `to_json` wrote."""
    found = json.loads(text)
    notices = (
        StoredNotice(Notice(NoticeName(row["name"]), row["text"], row["remedy"], row["numbers"]), row["against"])
        for row in found["notices"]
    )
    return Frozen(tuple(notices), found["proper"])
