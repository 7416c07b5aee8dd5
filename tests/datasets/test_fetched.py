"""Datasets that are fetched once, by the real loaders of scikit-learn and torchvision from a server of this machine."""

import gzip
import hashlib
import io
import struct
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.datasets import _california_housing

from actloss_cli.datasets import Dataset, DatasetError, split
from actloss_cli.datasets.fetched import california_housing, fashion_mnist, mnist
from tests.datasets.web import Web

N = 60
BLOCKS = np.random.default_rng(0).uniform(1, 100, size=(N, 9)).round(3)
"""Longitude, latitude, age, rooms, bedrooms, population, households, income, value."""


@pytest.fixture
def houses(web: Web, monkeypatch: pytest.MonkeyPatch) -> Web:
    """A web with a California of sixty districts."""
    rows = "\n".join(",".join(map(str, row)) for row in BLOCKS).encode()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        member = tarfile.TarInfo("CaliforniaHousing/cal_housing.data")
        member.size = len(rows)
        archive.addfile(member, io.BytesIO(rows))
    content = buffer.getvalue()
    archive = _california_housing.ARCHIVE
    monkeypatch.setattr(_california_housing, "ARCHIVE", archive._replace(checksum=hashlib.sha256(content).hexdigest()))
    web.pages[archive.url.removeprefix("https://")] = content
    return web


def refusal(make: Callable[[], Dataset]) -> tuple[str, str]:
    with pytest.raises(DatasetError) as caught:
        make()
    return caught.value.message, caught.value.hint


def connect_or_copy(path: Path) -> str:
    return f"connect to the internet once, or copy '{path}' and its .sha256 from a machine that has them"


def test_california_housing_holds_the_ratios_that_pace_and_barry_describe(houses: Web) -> None:
    dataset = california_housing()
    longitude, latitude, age, rooms, bedrooms, population, households, income, value = BLOCKS.T
    expected = [income, age, rooms / households, bedrooms / households, population, population / households]
    np.testing.assert_allclose(dataset.X, np.column_stack([*expected, latitude, longitude]), rtol=1e-12)
    np.testing.assert_allclose(dataset.y, value / 100_000, rtol=1e-12)
    assert dataset.features == (
        "MedInc", "HouseAge", "AveRooms", "AveBedrms", "Population", "AveOccup", "Latitude", "Longitude",
    )  # fmt: skip
    assert (dataset.name, dataset.kind, len(dataset.test)) == ("california_housing", "regression", 15)


def test_what_was_fetched_once_is_not_asked_for_again(houses: Web, cache_folder: Path) -> None:
    first = california_housing()
    assert len(houses.asked) == 1
    again = california_housing()
    assert len(houses.asked) == 1
    assert first.fingerprint == again.fingerprint
    assert sorted(path.name for path in cache_folder.iterdir()) == [
        "california_housing.npz",
        "california_housing.npz.sha256",
    ]


def test_a_damaged_download_is_refused_and_not_kept(houses: Web, cache_folder: Path) -> None:
    (page,) = houses.pages
    houses.pages[page] += b"x"
    message, hint = refusal(california_housing)
    assert message.startswith("can't fetch 'california_housing': The SHA256 checksum of cal_housing.tgz (")
    assert hint == connect_or_copy(cache_folder / "california_housing.npz")
    assert not cache_folder.exists()


def test_a_page_that_is_gone_is_told(web: Web, cache_folder: Path) -> None:
    assert refusal(california_housing) == (
        "can't fetch 'california_housing': HTTP Error 404: Not Found",
        connect_or_copy(cache_folder / "california_housing.npz"),
    )


def test_without_a_connection_there_is_one_clear_error_and_nothing_else(
    offline: None, cache_folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert refusal(california_housing) == (
        "can't fetch 'california_housing': Connection refused",
        connect_or_copy(cache_folder / "california_housing.npz"),
    )
    assert capfd.readouterr() == ("", "")


def idx(array: NDArray[np.uint8]) -> bytes:
    """The format of LeCun's files: type 8 is unsigned bytes, then each extent, then the bytes."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture
def torchvision() -> Iterator[object]:
    """The installed torchvision. One that was built for another torch lacks operators that the datasets don't use."""
    needed = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
    try:
        import torchvision
    except RuntimeError:
        library = torch.library.Library("torchvision", "DEF")
        library.define(f"nms{needed}")
        library.define(f"qnms{needed}")
        import torchvision
    return torchvision


PIXELS = np.random.default_rng(1).integers(0, 256, size=(300, 28, 28), dtype=np.uint8)
LABELS = np.arange(300, dtype=np.uint8) % 10
N_TRAIN = 260


@pytest.fixture
def images(web: Web, torchvision, monkeypatch: pytest.MonkeyPatch) -> Web:
    """A web with 260 images to train and 40 to test, the same as MNIST and as FashionMNIST."""
    pages = {
        "train-images-idx3-ubyte.gz": PIXELS[:N_TRAIN],
        "train-labels-idx1-ubyte.gz": LABELS[:N_TRAIN],
        "t10k-images-idx3-ubyte.gz": PIXELS[N_TRAIN:],
        "t10k-labels-idx1-ubyte.gz": LABELS[N_TRAIN:],
    }
    content = {name: gzip.compress(idx(array), mtime=0) for name, array in pages.items()}
    for dataset_class in (torchvision.datasets.MNIST, torchvision.datasets.FashionMNIST):
        checksums = [(name, hashlib.md5(page).hexdigest()) for name, page in content.items()]
        monkeypatch.setattr(dataset_class, "resources", checksums)
        host = dataset_class.mirrors[0].split("://")[1]
        web.pages.update({f"{host}{name}": page for name, page in content.items()})
    return web


needs_torchvision = pytest.mark.requires("torchvision")


@needs_torchvision
@pytest.mark.parametrize("make", [mnist, fashion_mnist])
def test_images_keep_the_test_set_that_they_come_with(images: Web, make: Callable[[], Dataset]) -> None:
    dataset = make()
    np.testing.assert_array_equal(dataset.X, PIXELS.reshape(300, 784))
    np.testing.assert_array_equal(dataset.y, LABELS)
    np.testing.assert_array_equal(dataset.test, np.arange(N_TRAIN, 300))
    assert (dataset.name, dataset.kind, len(dataset.classes)) == (make.__name__, "multiclass", 10)
    assert dataset.features[28 * 3 + 5] == "pixel_3_5"
    n_asked = len(images.asked)
    assert make().fingerprint == dataset.fingerprint
    assert len(images.asked) == n_asked


@needs_torchvision
def test_classes_are_named_as_torchvision_names_them(images: Web, torchvision) -> None:
    assert [f"{name} - " for name in mnist().classes] == [name[:4] for name in torchvision.datasets.MNIST.classes]
    assert list(fashion_mnist().classes) == torchvision.datasets.FashionMNIST.classes


@needs_torchvision
def test_pixels_stay_in_single_precision_up_to_the_split(images: Web) -> None:
    dataset = mnist()
    rows = split(dataset, "final", 1)
    assert {X.dtype for X in (dataset.X, rows.X_train, rows.X_validation, rows.X_test)} == {np.dtype(np.float32)}
    train = PIXELS.reshape(300, 784)[:N_TRAIN].astype(np.float64)
    np.testing.assert_array_equal(np.sort(np.concatenate([rows.y_train, rows.y_validation])), np.sort(LABELS[:N_TRAIN]))
    assert len(rows.y_train) == 195
    np.testing.assert_allclose(rows.X_train.mean(axis=0, dtype=np.float64), np.zeros(784), atol=1e-5)
    np.testing.assert_allclose(rows.X_train.std(axis=0, dtype=np.float64), np.ones(784), rtol=1e-5)
    assert rows.X_test.shape == (40, train.shape[1])


@needs_torchvision
def test_images_that_cannot_be_fetched_are_told_in_one_line(
    torchvision, offline: None, cache_folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert refusal(mnist) == (
        "can't fetch 'mnist': Connection refused",
        connect_or_copy(cache_folder / "mnist.npz"),
    )
    assert capfd.readouterr() == ("", "")


@needs_torchvision
def test_cached_images_need_neither_a_connection_nor_torchvision(images: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    fingerprint = mnist().fingerprint
    images.pages.clear()
    monkeypatch.setitem(sys.modules, "torchvision", None)
    assert mnist().fingerprint == fingerprint


def test_a_missing_torchvision_is_told_with_how_to_get_it(offline: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None)
    assert refusal(fashion_mnist) == (
        "'fashion_mnist' needs torchvision, which is not installed",
        "install it with: pip install 'actloss-cli[data]'",
    )


def test_a_torchvision_that_does_not_fit_torch_is_told_with_the_reason(
    offline: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "torchvision.py").write_text("raise RuntimeError('operator torchvision::nms does not exist')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "torchvision", raising=False)
    assert refusal(mnist) == (
        "'mnist' needs torchvision, which can't be imported here: operator torchvision::nms does not exist",
        f"install the torchvision that belongs to torch {torch.__version__}",
    )
