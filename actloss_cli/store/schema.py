"""The database's tables and their version. Plain SQLite, plain types; arrays are blobs, see `blobs`.

Every row ends in its checksum, see `checksums`. A trial is one row with all that belongs to it, added at the table's
end: what it costs to store doesn't grow with what is there.
"""

import sqlite3

from actloss_cli.engine.outcome import CURVES, METRICS

SCHEMA_VERSION = 6
DATABASE = "results.sqlite"
META = "meta"
"""The one table without checksums: whatever the schema, its version is read there."""
PAGE_BYTES = 8192
"""Of the file's pages: several trials share one."""

PACKED_METRICS = tuple(name for name in METRICS if name != "score")
"""What the column `metrics` of `trials` holds, in this order; NaN where a metric is not reported."""
CURVE_COLUMNS = {name: f"curve_{name}" for name in CURVES}
"""Columns of `trials`, by the curve's name."""
ARRAYS = (*CURVE_COLUMNS.values(), "row_scores", "diagnostics")
"""Columns of `trials` that hold packed arrays, NULL where there is none."""

_ARRAYS = ",\n    ".join(f"{name} BLOB" for name in ARRAYS)

PLAN_TABLES = ("settings", "tasks", "pairings", "asked")
SHARDS = "shards"
"""The setting that says, as JSON, which parts of the plan were to be trained here; it isn't there where all were."""
PLAN_DDL = """
CREATE TABLE settings (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL, crc INTEGER NOT NULL);
CREATE TABLE tasks (
    task TEXT NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    dataset TEXT NOT NULL,
    n_classes INTEGER NOT NULL,
    floor REAL NOT NULL,
    n_train INTEGER NOT NULL,
    n_validation INTEGER NOT NULL,
    n_test INTEGER NOT NULL,
    n_tune INTEGER NOT NULL,
    n_final INTEGER NOT NULL,
    epochs INTEGER NOT NULL,
    steps_per_epoch INTEGER NOT NULL,
    hidden INTEGER NOT NULL,
    strata BLOB NOT NULL,
    crc INTEGER NOT NULL
);
CREATE TABLE pairings (
    pairing_id TEXT NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL,
    task TEXT NOT NULL,
    activation TEXT NOT NULL,
    output TEXT NOT NULL,
    loss TEXT NOT NULL,
    optimizer TEXT NOT NULL,
    invalid TEXT NOT NULL,
    theory TEXT NOT NULL,
    predicted_as TEXT NOT NULL,
    crc INTEGER NOT NULL
);
CREATE TABLE asked (
    pairing_id TEXT NOT NULL PRIMARY KEY,
    trials TEXT NOT NULL,
    n_later INTEGER NOT NULL,
    crc INTEGER NOT NULL
);
"""
"""In `asked`, what changes of a pairing during a run: its trials' ids so far, as JSON, and how many come later."""
PREDICTIONS_DDL = """predictions (
    predicted_as TEXT NOT NULL PRIMARY KEY,
    verdict TEXT NOT NULL,
    rule TEXT NOT NULL,
    reason TEXT NOT NULL,
    frozen TEXT NOT NULL,
    crc INTEGER NOT NULL
)"""
"""Of this plan and of earlier ones; rows are added and never replaced."""
DDL = f"""
CREATE TABLE {META} (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
{PLAN_DDL}
CREATE TABLE {PREDICTIONS_DDL};
CREATE TABLE trials (
    trial TEXT NOT NULL PRIMARY KEY,
    phase TEXT NOT NULL,
    seed INTEGER NOT NULL,
    lr REAL NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('done', 'diverged', 'crashed', 'timeout')),
    diverged_epoch INTEGER,
    n_train INTEGER NOT NULL,
    elapsed_s REAL NOT NULL,
    message TEXT NOT NULL,
    way TEXT NOT NULL CHECK (way IN ('stack', 'loop')),
    spec TEXT NOT NULL,
    score REAL,
    metrics BLOB NOT NULL,
    {_ARRAYS},
    crc INTEGER NOT NULL
);
CREATE VIEW asked_trials AS SELECT pairing_id, one.value AS trial FROM asked, json_each(asked.trials) one;
"""


def create_tables(db: sqlite3.Connection) -> None:
    """Makes an empty database one of ours, in one transaction."""
    db.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    version = f"INSERT INTO {META} VALUES ('schema_version', '{SCHEMA_VERSION}');"
    db.executescript(f"BEGIN IMMEDIATE;{DDL}{version}COMMIT;")
