"""The cache of fetched data: what goes in comes out, and a file that was changed is told, never used."""

import subprocess
from pathlib import Path

import numpy as np
import platformdirs
import pytest

from actloss_cli.datasets.cache import cached_path, read, store
from actloss_cli.datasets.error import DatasetError

ARRAYS = {
    "X": np.array([[0.1, np.nan], [np.inf, -0.0]]),
    "pixels": np.arange(256, dtype=np.uint8).reshape(4, 8, 8),
    "names": np.array(["größe", "a b"]),
}


def refusal(name: str) -> tuple[str, str]:
    with pytest.raises(DatasetError) as caught:
        read(name)
    return caught.value.message, caught.value.hint


def test_what_is_stored_is_read_again_bit_for_bit(cache_folder: Path) -> None:
    store("table", ARRAYS)
    again = read("table")
    assert again is not None
    assert list(again) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert again[name].dtype == array.dtype
        assert again[name].shape == array.shape
        assert again[name].tobytes() == array.tobytes()


def test_what_was_never_stored_is_not_there(cache_folder: Path) -> None:
    assert read("table") is None


def test_storing_again_replaces(cache_folder: Path) -> None:
    store("table", ARRAYS)
    store("table", {"X": np.zeros(1)})
    again = read("table")
    assert again is not None
    assert list(again) == ["X"]


def test_a_dataset_is_one_file_and_a_checksum_that_sha256sum_confirms(cache_folder: Path) -> None:
    store("table", ARRAYS)
    assert sorted(path.name for path in cache_folder.iterdir()) == ["table.npz", "table.npz.sha256"]
    subprocess.run(["sha256sum", "--check", "table.npz.sha256"], cwd=cache_folder, check=True, capture_output=True)


def test_equal_data_make_equal_files(cache_folder: Path) -> None:
    store("one", ARRAYS)
    store("two", ARRAYS)
    assert cached_path("one").read_bytes() == cached_path("two").read_bytes()


@pytest.mark.parametrize("damage", [lambda content: content[:-1], lambda content: b"\0" + content[1:]])
def test_a_damaged_file_is_told_with_what_to_do(cache_folder: Path, damage) -> None:
    store("table", ARRAYS)
    path = cache_folder / "table.npz"
    path.write_bytes(damage(path.read_bytes()))
    assert refusal("table") == (f"'{path}' doesn't match its checksum", "remove it: it is fetched again")
    path.unlink()
    assert read("table") is None


def test_a_file_without_its_checksum_is_not_there(cache_folder: Path) -> None:
    store("table", ARRAYS)
    (cache_folder / "table.npz.sha256").unlink()
    assert read("table") is None


def test_a_write_that_breaks_off_leaves_nothing_to_be_read(cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store("table", ARRAYS)

    def disk_full(path: Path, content: bytes) -> int:
        with path.open("wb") as file:
            file.write(content[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", disk_full)
    with pytest.raises(DatasetError) as caught:
        store("table", {"X": np.zeros(1)})
    assert (caught.value.message, caught.value.hint) == (
        f"can't use '{cache_folder / 'table.npz'}' for fetched data: No space left on device",
        "set ACTLOSS_CACHE to a folder that can be written to",
    )
    assert read("table") is None
    assert [path.name for path in cache_folder.iterdir()] == ["table.npz"]


def test_a_cache_that_is_no_folder_is_told(cache_folder: Path) -> None:
    cache_folder.write_text("a file")
    assert refusal("table") == (
        f"can't use '{cache_folder / 'table.npz'}' for fetched data: Not a directory",
        "set ACTLOSS_CACHE to a folder that can be written to",
    )


def test_the_folder_is_the_user_s_cache_unless_the_environment_names_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACTLOSS_CACHE", raising=False)
    assert cached_path("table") == platformdirs.user_cache_path("actloss", appauthor=False) / "table.npz"
    monkeypatch.setenv("ACTLOSS_CACHE", "~/data")
    assert cached_path("table") == Path.home() / "data" / "table.npz"
