"""What theory says of a pairing, as it is frozen with the plan before the first trial: to text and back."""

import json
from dataclasses import asdict, dataclass

from actloss_cli.theory.notice import Notice, NoticeName
from actloss_cli.theory.predict import NOTHING_AGAINST, Prediction


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
    prediction: Prediction = NOTHING_AGAINST

    def to_json(self) -> str:
        """One line without the prediction, which is stored on its own: a later plan must not replace it."""
        rows = [asdict(one.notice) | {"against": one.against} for one in self.notices]
        return json.dumps({"proper": self.proper, "notices": rows})


def read_frozen(text: str, prediction: Prediction) -> Frozen:
    """What `to_json` wrote, with the prediction that was frozen."""
    found = json.loads(text)
    notices = (
        StoredNotice(Notice(NoticeName(row["name"]), row["text"], row["remedy"], row["numbers"]), row["against"])
        for row in found["notices"]
    )
    return Frozen(tuple(notices), found["proper"], prediction)
