"""Adds the rows of one run (attached as `part`) to those of others of the same plan; raises where they disagree."""

import json
import sqlite3
from collections.abc import Sequence

from actloss_cli.errors import ExitCode, UserError, user_error
from actloss_cli.plan.shard import parse_shard
from actloss_cli.store.blobs import unpack
from actloss_cli.store.checksums import COLUMNS, insert
from actloss_cli.store.schema import ARRAYS, SHARDS

_TRAINED = "status IN ('done', 'diverged')"
_SAME_PLAN = {
    "settings": ("key", ("value",)),
    "tasks": ("task", COLUMNS["tasks"][1:-1]),
    "pairings": (
        "pairing_id",
        ("position", "task", "activation", "output", "loss", "optimizer", "invalid", "predicted_as"),
    ),
    "predictions": ("predicted_as", ("verdict", "rule")),
}
"""By table its key and what must be the same in every part. What theory computed may differ in its last digits."""
_SAME_RESULTS = tuple(name for name in COLUMNS["trials"][1:-1] if name not in ("elapsed_s", "message", *ARRAYS))
"""Of a trial that two parts trained; its arrays too, once unpacked."""


def add_part(db: sqlite3.Connection, name: str) -> None:
    """Adds all of `part`; raises where it is of another plan, or has other numbers for the same trial."""
    is_first = db.execute("SELECT count(*) FROM main.tasks").fetchone() == (0,)
    if not is_first:
        for table, (key, columns) in _SAME_PLAN.items():
            _check_plan(db, name, table, key, columns)
    _check_trials(db, name)
    _add_shards(db, name, is_first=is_first)
    _add_plan(db)
    _add_trials(db)


def settle(db: sqlite3.Connection) -> Sequence[str]:
    """Once all parts are in: forgets about shards where all are there; gives those that are, if others are not."""
    shards = [parse_shard(text) for text in _shards_in(db, "main")]
    if not shards or len({shard.number for shard in shards}) == shards[0].of:
        db.execute("DELETE FROM main.settings WHERE key = ?", (SHARDS,))
        return []
    return [str(shard) for shard in shards]


def _check_plan(db: sqlite3.Connection, name: str, table: str, key: str, columns: Sequence[str]) -> None:
    """What is asked for may differ; the frame in which it is asked may not."""
    for column in columns:
        row = db.execute(
            f"SELECT {key}, ours.{column}, theirs.{column} "
            f"FROM main.{table} ours JOIN part.{table} theirs USING ({key}) "
            f"WHERE ours.{column} IS NOT theirs.{column} AND {key} != ? LIMIT 1",
            (SHARDS,),
        ).fetchone()
        if row:
            values = "" if isinstance(row[1], bytes) else f": {row[1]} before, {row[2]} there"
            raise _other_plan(name, f"{column} of '{row[0]}' differs{values}")
    if table == "predictions":  # Those of earlier plans may be in one part alone.
        return
    for here, there, what in (("main", "part", "lacks"), ("part", "main", "has, and others lack,")):
        row = db.execute(
            f"SELECT {key} FROM {here}.{table} WHERE {key} != ? AND {key} NOT IN (SELECT {key} FROM {there}.{table}) "
            "LIMIT 1",
            (SHARDS,),
        ).fetchone()
        if row:
            raise _other_plan(name, f"it {what} '{row[0]}' in its {table}")


def _other_plan(name: str, what: str) -> UserError:
    return user_error(
        f"'{name}' is no part of the same plan: {what}",
        hint="merge runs of one config, made by one version of actloss",
        code=ExitCode.RESULTS,
    )


def _check_trials(db: sqlite3.Connection, name: str) -> None:
    """Raises where both have trained a trial to an end, and its numbers are not the same."""
    differs = " OR ".join(f"ours.{column} IS NOT theirs.{column}" for column in _SAME_RESULTS)
    both = f"main.trials ours JOIN part.trials theirs USING (trial) WHERE ours.{_TRAINED} AND theirs.{_TRAINED} "
    found = [trial for (trial,) in db.execute(f"SELECT trial FROM {both} AND ({differs})")]
    for column in ARRAYS:
        rows = db.execute(
            f"SELECT trial, ours.{column}, theirs.{column} FROM {both} AND ours.{column} IS NOT theirs.{column}"
        )
        found += [trial for trial, *arrays in rows if not _are_equal(*arrays)]
    if found:
        n = len(set(found))
        raise user_error(
            f"'{name}' has other numbers for {n:,} trial{'s' if n != 1 else ''} that {'are' if n != 1 else 'is'} in "
            f"another part too, such as {found[0]}",
            hint="they were made with different versions or processors: see 'actloss compare', and take one of them",
            code=ExitCode.RESULTS,
        )


def _add_shards(db: sqlite3.Connection, name: str, *, is_first: bool) -> None:
    """What parts of the plan are covered; a part without shards covers all of it."""
    ours, theirs = _shards_in(db, "main"), _shards_in(db, "part")
    if is_first:
        merged = theirs
    elif not ours or not theirs:
        merged = []
    else:
        merged = sorted({*ours, *theirs}, key=lambda text: parse_shard(text).number)
        counts = {parse_shard(text).of for text in merged}
        if len(counts) > 1:
            raise _other_plan(name, f"it is shard {', '.join(theirs)}, others are {', '.join(ours)}")
    db.execute("DELETE FROM main.settings WHERE key = ?", (SHARDS,))
    if merged:
        db.execute(insert("settings"), (SHARDS, json.dumps(merged)))


def _shards_in(db: sqlite3.Connection, schema: str) -> list[str]:
    row = db.execute(f"SELECT value FROM {schema}.settings WHERE key = ?", (SHARDS,)).fetchone()
    return list(json.loads(row[0])) if row else []


def _add_plan(db: sqlite3.Connection) -> None:
    """A pairing asks for whatever any part found that it asks for, and for no more than that part expects later."""
    for table in ("settings", "tasks", "pairings"):
        db.execute(
            f"INSERT OR IGNORE INTO main.{table} SELECT * FROM part.{table} WHERE {COLUMNS[table][0]} != ?", (SHARDS,)
        )
    _add_asked(db)
    # The first to be frozen was frozen before any trial of either.
    db.execute(
        "INSERT OR REPLACE INTO main.predictions SELECT * FROM part.predictions theirs WHERE NOT EXISTS "
        "(SELECT 1 FROM main.predictions ours WHERE predicted_as = theirs.predicted_as AND frozen <= theirs.frozen)"
    )


def _add_asked(db: sqlite3.Connection) -> None:
    ours = {row[0]: row[1:] for row in db.execute("SELECT pairing_id, trials, n_later FROM main.asked")}
    rows = []
    for pairing, trials, n_later in db.execute("SELECT pairing_id, trials, n_later FROM part.asked"):
        before, n_before = ours.get(pairing, ("[]", n_later))
        both = dict.fromkeys([*json.loads(before), *json.loads(trials)])
        rows.append((pairing, json.dumps([*both]), min(n_before, n_later)))
    db.executemany(insert("asked", "INSERT OR REPLACE"), rows)


def _add_trials(db: sqlite3.Connection) -> None:
    """A trained one replaces one that was lost; else the first that came stays."""
    at_least_as_good = f"ours.trial = theirs.trial AND (ours.{_TRAINED} OR NOT theirs.{_TRAINED})"
    db.execute(
        "INSERT OR REPLACE INTO main.trials SELECT * FROM part.trials theirs "
        f"WHERE NOT EXISTS (SELECT 1 FROM main.trials ours WHERE {at_least_as_good})"
    )


def _are_equal(ours: bytes | None, theirs: bytes | None) -> bool:
    """The same numbers may be packed in other words, by another zlib."""
    return ours is not None and theirs is not None and unpack(ours).tobytes() == unpack(theirs).tobytes()
