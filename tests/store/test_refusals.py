"""What the system or SQLite refuses is told in the user's words, and never costs what is stored."""

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
import time

import pytest

from actloss_cli.errors import ExitCode, UserError
from actloss_cli.store.checks import unreadable
from actloss_cli.store.folder import append_provenance, locked
from actloss_cli.store.provenance import commit_of
from actloss_cli.store.reader import read_curves, read_run
from actloss_cli.store.writer import StoreWriter
from tests.edited_store import edit

_DIE_WHILE_WRITING = """
import os, signal, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA cache_size = 1")
db.execute("BEGIN IMMEDIATE")
for n in range(2000):
    db.execute("INSERT INTO meta VALUES (?, ?)", (str(n), "x" * 500))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def copy(tiny_run, tmp_path):
    """A run's folder to spoil."""
    return shutil.copytree(tiny_run, tmp_path / "tiny")


def test_a_run_that_was_killed_in_the_middle_of_writing_is_told_from_damage_and_restored_by_the_writer(copy):
    path = copy / "results.sqlite"
    before = read_run(copy).trials
    subprocess.run([sys.executable, "-c", _DIE_WHILE_WRITING, path], check=False)
    assert (copy / "results.sqlite-journal").exists()
    with pytest.raises(UserError) as refusal:
        read_run(copy)
    assert str(refusal.value) == (
        f"error: '{path}': the run was cut off in the middle of writing\n"
        "hint: run it again with 'actloss run' to restore it"
    )
    assert refusal.value.code == ExitCode.RESULTS
    with StoreWriter(copy):
        pass
    assert read_run(copy).trials.equals(before)


def test_a_database_in_use_is_not_called_damaged(copy):
    path = copy / "results.sqlite"
    with sqlite3.connect(path, isolation_level=None) as holder, sqlite3.connect(path, timeout=0) as db:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError) as refusal:
            db.execute("SELECT * FROM meta")
        holder.execute("ROLLBACK")
    told = str(unreadable(path, refusal.value))
    assert told.startswith(f"error: '{path}' is being written: database is locked\nhint: ")
    assert "move" not in told


@pytest.mark.parametrize(
    ("read", "table"),
    [(read_run, name) for name in ("tasks", "pairings", "trials", "predictions", "settings", "meta")]
    + [(read_curves, "trials")],
)
def test_a_database_without_one_of_its_tables_is_damaged(copy, read, table):
    with sqlite3.connect(copy / "results.sqlite") as db:
        db.execute(f"DROP TABLE {table}")
    with pytest.raises(UserError, match=f"or is damaged: no such table: {table}"):
        read(copy)


def test_a_blob_that_does_not_unpack_is_damage(copy):
    edit(copy / "results.sqlite", "UPDATE trials SET curve_validation_score = x'00'")
    for read in (read_run, read_curves):
        with pytest.raises(UserError, match="or is damaged"):
            read(copy)


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE trials SET diagnostics = curve_train_loss",
        "UPDATE settings SET value = '{'",
        """UPDATE settings SET value = '{"margin": "x"}'""",
        """UPDATE settings SET value = '{"unheard of": 1}'""",
        "UPDATE pairings SET theory = '{'",
        """UPDATE pairings SET theory = '{"proper": true, "notices": [{"name": "unheard of"}]}'""",
    ],
)
def test_what_is_not_as_we_store_it_is_damage(copy, spoil):
    edit(copy / "results.sqlite", spoil)
    with pytest.raises(UserError, match="or is damaged"):
        dict(read_run(copy).diagnostics)  # which are unpacked when they are asked for


@pytest.mark.parametrize(
    ("pragma", "reason", "remedy"),
    [
        ("max_page_count = 1", "database or disk is full", "free space"),
        ("query_only = 1", "attempt to write a readonly database", "make the folder and its files writable"),
    ],
)
def test_what_cannot_be_written_leaves_what_is_stored(copy, pragma, reason, remedy):
    path = copy / "results.sqlite"
    before = read_run(copy).trials
    with StoreWriter(copy) as store:
        db = store._connection
        db.execute(f"PRAGMA {pragma}")
        rows = [(str(n), "x" * 500) for n in range(2000)]
        with pytest.raises(UserError) as refusal, store._transaction():
            db.executemany("INSERT INTO meta VALUES (?, ?)", rows)
        assert not db.in_transaction
        db.execute("PRAGMA query_only = 0")
    assert str(refusal.value) == (
        f"error: cannot write '{path}': {reason}\nhint: what is stored is intact; {remedy} and run again"
    )
    assert refusal.value.code == ExitCode.RESULTS
    assert read_run(copy).trials.equals(before)


def test_a_commit_that_fails_is_rolled_back(copy):
    with StoreWriter(copy) as store, sqlite3.connect(copy / "results.sqlite", isolation_level=None) as reader:
        store._connection.execute("PRAGMA busy_timeout = 0")
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM meta").fetchall()
        with pytest.raises(UserError, match="database is locked"):
            store.flush()
        assert not store._connection.in_transaction
        reader.execute("ROLLBACK")
        store.flush()


def test_the_writer_waits_for_a_slow_reader(copy):
    reader = sqlite3.connect(copy / "results.sqlite", isolation_level=None, check_same_thread=False)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM meta").fetchall()
    timer = threading.Timer(6, reader.close)  # Longer than the five seconds that sqlite3 waits untold.
    with StoreWriter(copy) as store:
        timer.start()
        start = time.monotonic()
        with store._transaction() as db:
            db.execute("INSERT INTO meta VALUES ('a', 'b')")
        assert time.monotonic() - start > 5
    timer.join()


def test_leaving_on_an_exception_writes_nothing_that_could_hide_it(copy):
    store = StoreWriter(copy)
    store._connection.execute("PRAGMA query_only = 1")
    with pytest.raises(ZeroDivisionError), store:
        raise ZeroDivisionError
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        store.flush()


@pytest.mark.parametrize("damage", ['[{"started": "20', '{"started": 1}', "\x00"])
def test_damaged_provenance_is_named_and_kept(tmp_path, damage):
    path = tmp_path / "provenance.json"
    path.write_text(damage)
    with pytest.raises(UserError) as refusal:
        append_provenance(tmp_path, {"started": "now"})
    assert f"'{path}' is damaged" in str(refusal.value)
    assert refusal.value.code == ExitCode.RESULTS
    assert path.read_text() == damage


def test_sessions_are_appended(tmp_path):
    append_provenance(tmp_path, {"started": "first"})
    append_provenance(tmp_path, {"started": "second"})
    assert [one["started"] for one in json.loads((tmp_path / "provenance.json").read_text())] == ["first", "second"]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda lock: lock.mkdir(), "Is a directory"),
        (lambda lock: lock.symlink_to(lock), "Too many levels of symbolic links"),
    ],
)
def test_a_lock_that_the_system_refuses_is_named_with_the_reason(tmp_path, spoil, reason):
    spoil(tmp_path / ".lock")
    with pytest.raises(UserError, match=reason) as refusal, locked(tmp_path):
        pass
    assert f"cannot use '{tmp_path / '.lock'}': " in str(refusal.value)
    assert refusal.value.code == ExitCode.RESULTS


def test_an_error_of_the_system_while_the_lock_is_held_stays_what_it_is(tmp_path):
    with pytest.raises(FileNotFoundError), locked(tmp_path):
        (tmp_path / "nowhere").read_text()


def test_a_commit_is_told_only_for_a_checkout_of_ours(tmp_path):
    def git(*arguments):
        identity = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
        command = ["git", "-C", tmp_path, *identity, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    package, installed = tmp_path / "actloss_cli", tmp_path / ".venv" / "site-packages" / "actloss_cli"
    for folder in (package, installed):
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
    assert commit_of(package) is None
    pyproject = tmp_path / "pyproject.toml"
    git("init", "-q")
    for name in ("thesis", "actloss-cli"):
        pyproject.write_text(f'[project]\nname = "{name}"\n')
        git("add", ".")
        git("commit", "-q", "-m", name)
        assert commit_of(package) == (git("rev-parse", "HEAD") if name == "actloss-cli" else None)
        assert commit_of(installed) is None
    (package / "__init__.py").write_text("changed = True\n")
    assert commit_of(package) == git("rev-parse", "HEAD") + "-dirty"
