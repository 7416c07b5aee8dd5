"""A database that is cut short, overwritten or changed in one bit is noticed, kept, and saved as far as it is sound."""

import os
import random
import shutil
import sqlite3
from contextlib import closing

import pytest

from actloss_cli.errors import ExitCode, UserError
from actloss_cli.store.checksums import COLUMNS
from actloss_cli.store.doctor import diagnose, rescue
from actloss_cli.store.one_trial import read_names, read_trial
from actloss_cli.store.reader import read_curves, read_run
from actloss_cli.store.schema import PAGE_BYTES, SCHEMA_VERSION
from actloss_cli.store.writer import StoreWriter
from studies.sessions import numbers, stored, write_grid
from tests.tiny_grid import actloss

MIN_ROW_BYTES = 200
"""Of a trial: its spec alone has more."""
N_FLIPS = 40 if os.environ.get("EVERY_FAULT") == "1" else 10


@pytest.fixture
def copy(undisturbed, tmp_path):
    """A run's folder to spoil."""
    return shutil.copytree(undisturbed, tmp_path / "r" / "grid")


def spoil(folder, change):
    """Changes the database's bytes; gives what they are then."""
    path = folder / "results.sqlite"
    content = bytearray(path.read_bytes())
    change(content)
    path.write_bytes(content)
    return bytes(content)


def truncate(content):
    del content[len(content) // 2 :]


def overwrite_the_middle(content):
    third = len(content) // 3
    content[third : third + 8192] = random.Random(1).randbytes(8192)


def overwrite_the_beginning(content):
    content[:PAGE_BYTES] = random.Random(1).randbytes(PAGE_BYTES)


def overwrite_all(content):
    content[:] = random.Random(1).randbytes(len(content))


def empty(content):
    content.clear()


@pytest.mark.parametrize("change", [truncate, overwrite_the_middle, overwrite_the_beginning, overwrite_all, empty])
def test_damage_is_noticed_by_readers_and_by_the_next_run_and_nothing_is_overwritten(copy, change):
    spoilt = spoil(copy, change)
    path = copy / "results.sqlite"
    for use in (read_run, read_curves, StoreWriter):
        with pytest.raises(UserError) as refusal:
            use(copy)
        assert refusal.value.code == ExitCode.RESULTS
        message = str(refusal.value)
        assert message.startswith(f"error: '{path}' is no database of actloss, or is damaged: ")
        assert "are intact: 'actloss doctor " in message or "nothing in it can be saved" in message
        assert path.read_bytes() == spoilt


@pytest.mark.parametrize("seed", range(N_FLIPS))
def test_a_flipped_bit_is_noticed_wherever_it_changes_a_row_and_all_other_trials_are_saved(undisturbed, copy, seed):
    whole = stored(undisturbed)
    draw = random.Random(seed)
    spoilt = spoil(copy, lambda content: flip(content, draw))
    found = diagnose(copy)
    if not found.faults:  # in a byte that holds nothing
        assert stored(copy) == whole
        assert_reads_as(copy, undisturbed)
        return
    with pytest.raises(UserError):
        read_run(copy)
    rescued = rescue(copy)
    assert rescued.kept.read_bytes() == spoilt
    after = stored(copy)
    assert after.items() <= whole.items()
    # One page of the file, at the worst.
    assert len(whole) - len(after) <= PAGE_BYTES // MIN_ROW_BYTES
    assert diagnose(copy).faults == ()
    read_run(copy)


def flip(content, draw):
    place = draw.randrange(len(content))
    content[place] ^= 1 << draw.randrange(8)


def assert_reads_as(folder, other):
    assert read_run(folder).trials.equals(read_run(other).trials)


@pytest.mark.parametrize("table", sorted(COLUMNS))
def test_a_changed_cell_of_any_table_is_noticed(copy, table):
    value = COLUMNS[table][-2]
    with closing(sqlite3.connect(copy / "results.sqlite", isolation_level=None)) as db:
        n = db.execute(f"UPDATE {table} SET {value} = '9' WHERE {value} = (SELECT max({value}) FROM {table})").rowcount
    told = rf"rows of {table} that don't match their checksums: {n}\b"
    with pytest.raises(UserError, match=told):
        read_run(copy)
    if table in ("pairings", "asked", "trials"):  # all that `actloss script` reads to find a trial
        with pytest.raises(UserError, match=told):
            read_names(copy)


@pytest.mark.parametrize(
    "change", ["trials SET score = 0.123 WHERE trial = ?1", "pairings SET loss = 'mae' WHERE ?1 != ''"]
)
def test_a_changed_trial_or_label_is_noticed_by_who_reads_that_trial_alone(copy, change):
    trial = read_names(copy)[1][0].id
    assert read_trial(copy, trial).trial.id == trial
    with closing(sqlite3.connect(copy / "results.sqlite", isolation_level=None)) as db:
        db.execute(f"UPDATE {change}", [trial])
    with pytest.raises(UserError, match="checksum"):
        read_trial(copy, trial)


def test_a_part_of_a_trial_that_is_gone_is_noticed_and_the_trial_is_not_saved(copy):
    with closing(sqlite3.connect(copy / "results.sqlite", isolation_level=None)) as db:
        db.execute("UPDATE trials SET diagnostics = NULL WHERE trial = (SELECT min(trial) FROM trials)")
        (n_trials,) = db.execute("SELECT count(*) FROM trials").fetchone()
    with pytest.raises(UserError, match="rows of trials that don't match their checksums: 1"):
        read_run(copy)
    assert rescue(copy).saved.n_trials == n_trials - 1


def test_pages_that_cannot_be_read_cost_the_trials_on_them_alone(undisturbed, copy):
    """In the middle and at the end, where no higher number of a row is known."""
    whole = stored(undisturbed)
    content = (copy / "results.sqlite").read_bytes()
    of_page = {
        start: [id_ for id_ in whole if id_.encode() + b"tune" in page or id_.encode() + b"final" in page]
        for start in range(0, len(content), PAGE_BYTES)
        if (page := content[start : start + PAGE_BYTES])
    }
    pages = [start for start, ids in of_page.items() if ids]
    last = max(pages, key=lambda start: max(map([*whole].index, of_page[start])))
    hurt = {pages[0], pages[len(pages) // 2], last}
    assert len(hurt) == 3

    def overwrite(content):
        for start in hurt:
            content[start : start + 100] = bytes(100)

    spoil(copy, overwrite)
    lost = {id_ for start in hurt for id_ in of_page[start]}
    assert rescue(copy).saved.n_trials == len(whole) - len(lost)
    assert whole.keys() - stored(copy).keys() == lost


def test_a_rescued_run_is_finished_by_running_it_again(undisturbed, copy, tmp_path):
    def overwrite(content):
        content[-20_000:-12_000] = random.Random(2).randbytes(8000)

    spoilt = spoil(copy, overwrite)
    told = actloss("doctor", "r/grid", "--dry-run", cwd=tmp_path)
    assert told.returncode == 3
    assert (copy / "results.sqlite").read_bytes() == spoilt
    answer = actloss("doctor", "r/grid", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert "the damaged file is kept as r/grid/results.sqlite.damaged-1" in answer.stderr
    saved = stored(copy)
    assert 0 < len(saved) < len(stored(undisturbed))
    again = actloss("run", write_grid(tmp_path), "--results", "r", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert numbers(copy) == numbers(undisturbed)
    assert saved.items() <= stored(copy).items()


def test_a_second_rescue_keeps_the_first_damaged_file(copy):
    first = spoil(copy, overwrite_the_beginning)
    assert rescue(copy).kept.name == "results.sqlite.damaged-1"
    second = spoil(copy, overwrite_the_beginning)
    assert rescue(copy).kept.name == "results.sqlite.damaged-2"
    assert (copy / "results.sqlite.damaged-1").read_bytes() == first
    assert (copy / "results.sqlite.damaged-2").read_bytes() == second


def test_where_nothing_can_be_saved_the_file_stays_as_it_is(copy):
    spoilt = spoil(copy, overwrite_all)
    with pytest.raises(UserError, match="no trial in it is intact"):
        rescue(copy)
    assert (copy / "results.sqlite").read_bytes() == spoilt
    assert not list(copy.glob("*.rescued*"))


@pytest.mark.parametrize("version", ["1", str(SCHEMA_VERSION - 1), str(SCHEMA_VERSION + 1)])
def test_an_older_or_newer_schema_is_told_to_reader_run_and_doctor(copy, version):
    with closing(sqlite3.connect(copy / "results.sqlite", isolation_level=None)) as db:
        db.execute("UPDATE meta SET value = ?", [version])
    before = (copy / "results.sqlite").read_bytes()
    for use in (read_run, StoreWriter, diagnose):
        with pytest.raises(UserError, match=f"has schema {version}, this actloss reads {SCHEMA_VERSION}"):
            use(copy)
    assert (copy / "results.sqlite").read_bytes() == before
