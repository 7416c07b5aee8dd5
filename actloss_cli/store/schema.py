"""The database's tables and their version. Plain SQLite, plain types; arrays are little-endian float32 blobs.

Every row ends in its checksum, see `checksums`.
"""

from actloss_cli.engine.outcome import METRICS

SCHEMA_VERSION = 5
DATABASE = "results.sqlite"
META = "meta"
"""The one table without checksums: whatever the schema, its version is read there."""

_METRIC_COLUMNS = ",\n    ".join(f"{name} REAL" for name in METRICS)

PARTS = ("curves", "row_scores", "diagnostics")
"""Tables of what belongs to a trial; `n_parts` in its row says how many of their rows do."""
PLAN_TABLES = ("settings", "tasks", "pairings", "asked")
SHARDS = "shards"
"""The setting that says, as JSON, which parts of the plan were to be trained here; it isn't there where all were."""
PLAN_DDL = """
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL, crc INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE tasks (
    task TEXT PRIMARY KEY,
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
) WITHOUT ROWID;
CREATE TABLE pairings (
    pairing_id TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    task TEXT NOT NULL,
    activation TEXT NOT NULL,
    output TEXT NOT NULL,
    loss TEXT NOT NULL,
    optimizer TEXT NOT NULL,
    invalid TEXT NOT NULL,
    theory TEXT NOT NULL,
    predicted_as TEXT NOT NULL,
    n_later INTEGER NOT NULL,
    crc INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE asked (
    pairing_id TEXT NOT NULL,
    trial TEXT NOT NULL,
    crc INTEGER NOT NULL,
    PRIMARY KEY (pairing_id, trial)
) WITHOUT ROWID;
"""
PREDICTIONS_DDL = """predictions (
    predicted_as TEXT PRIMARY KEY,
    verdict TEXT NOT NULL,
    rule TEXT NOT NULL,
    reason TEXT NOT NULL,
    frozen TEXT NOT NULL,
    crc INTEGER NOT NULL
) WITHOUT ROWID"""
"""Of this plan and of earlier ones; rows are added and never replaced."""
DDL = f"""
CREATE TABLE {META} (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
{PLAN_DDL}
CREATE TABLE {PREDICTIONS_DDL};
CREATE TABLE trials (
    trial TEXT PRIMARY KEY,
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
    n_parts INTEGER NOT NULL,
    {_METRIC_COLUMNS},
    crc INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE curves (
    trial TEXT NOT NULL,
    metric TEXT NOT NULL,
    points BLOB NOT NULL,
    crc INTEGER NOT NULL,
    PRIMARY KEY (trial, metric)
) WITHOUT ROWID;
CREATE TABLE row_scores (trial TEXT PRIMARY KEY, points BLOB NOT NULL, crc INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE diagnostics (trial TEXT PRIMARY KEY, points BLOB NOT NULL, crc INTEGER NOT NULL) WITHOUT ROWID;
"""
