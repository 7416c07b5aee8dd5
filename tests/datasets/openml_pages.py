"""A dataset as OpenML's servers describe it, and its ARFF file: the pages that scikit-learn asks for."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from tests.datasets.web import Web

HOST = "www.openml.org"
API = f"{HOST}/api/v1/json/data"

Column = tuple[str, str]
"""Name and type: `numeric`, `nominal` or `string`."""


def publish(
    web: Web,
    number: int,
    columns: Sequence[Column],
    rows: Sequence[Sequence[object]],
    *,
    target: str | None = None,
    ignored: Sequence[str] = (),
    **description: Any,
) -> None:
    """Puts a dataset on the web under its id; None in a row is a missing cell."""
    cells = "\n".join(",".join("?" if cell is None else str(cell) for cell in row) for row in rows)
    header = "\n".join(
        f"@ATTRIBUTE {name} {_arff_type(kind, [row[i] for row in rows])}" for i, (name, kind) in enumerate(columns)
    )
    arff = f"@RELATION x\n{header}\n@DATA\n{cells}\n".encode()
    own_target = {} if target is None else {"default_target_attribute": target}
    web.pages[f"{API}/{number}"] = _json(
        data_set_description={
            "id": str(number),
            "name": "x",
            "version": "1",
            "status": "active",
            "format": "ARFF",
            "description": "",
            "url": f"https://{HOST}/data/v1/download/{number}/x.arff",
            "md5_checksum": hashlib.md5(arff).hexdigest(),
            **own_target,
            **description,
        }
    )
    features = [
        {
            "index": str(i),
            "name": name,
            "data_type": kind,
            "is_target": str(name == target).lower(),
            "is_ignore": str(name in ignored).lower(),
            "is_row_identifier": "false",
            "number_of_missing_values": str(sum(row[i] is None for row in rows)),
        }
        for i, (name, kind) in enumerate(columns)
    ]
    web.pages[f"{API}/features/{number}"] = _json(data_features={"feature": features})
    web.pages[f"{API}/qualities/{number}"] = _json(data_qualities={"quality": []})
    web.pages[f"{HOST}/data/v1/download/{number}/x.arff"] = arff


def name(web: Web, name: str, *numbers: int) -> None:
    """Gives the name to these datasets, as versions 1, 2 and so on, all active."""
    found = [{"did": number, "version": i, "status": "active"} for i, number in enumerate(numbers, start=1)]
    web.pages[f"{API}/list/data_name/{name}/limit/2/status/active/"] = _json(data={"dataset": found})


def refuse(web: Web, path: str) -> None:
    """Answers as OpenML does when it has no such dataset."""
    web.refusals[f"{API}/{path}"] = 412


def _arff_type(kind: str, cells: Sequence[object]) -> str:
    levels = sorted({str(cell) for cell in cells if cell is not None}) or ["never"]
    return f"{{{','.join(levels)}}}" if kind == "nominal" else kind


def _json(**value: Any) -> bytes:
    return json.dumps(value).encode()
