"""Well-known datasets that are fetched once, by the libraries that know where they lie, and cached from then on."""

from importlib import import_module, metadata
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from actloss_cli.datasets.assembly import QUARTER, classification, regression
from actloss_cli.datasets.cache import Arrays
from actloss_cli.datasets.dataset import Dataset
from actloss_cli.datasets.error import DatasetError, reason
from actloss_cli.datasets.fetching import fetched


def california_housing() -> Dataset:
    """Median house values of Californian districts, in units of 100,000 dollars (Pace & Barry, 1997)."""
    table = fetched("california_housing", "'california_housing'", _fetch_california_housing)
    return regression("california_housing", table["X"], table["y"], tuple(map(str, table["features"])), QUARTER)


def mnist() -> Dataset:
    """Handwritten digits, 28 x 28 pixels of 0 to 255 (LeCun, Bottou, Bengio & Haffner, 1998); its own test images."""
    return _images("mnist", "MNIST", tuple("0123456789"))


def fashion_mnist() -> Dataset:
    """Pictures of clothes, 28 x 28 pixels of 0 to 255 (Xiao, Rasul & Vollgraf, 2017); its own test images."""
    return _images("fashion_mnist", "FashionMNIST", _CLOTHES)


_CLOTHES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip


def _fetch_california_housing() -> Arrays:
    from sklearn.datasets import fetch_california_housing

    # scikit-learn would keep a pickle of its own.
    with TemporaryDirectory() as folder:
        table = fetch_california_housing(data_home=folder, n_retries=1)
    return {"X": table.data, "y": table.target, "features": np.array(table.feature_names)}


def _images(name: str, class_name: str, classes: tuple[str, ...]) -> Dataset:
    """The images as rows of pixels, float32: in float64 each process would hold half a gigabyte of them."""
    table = fetched(name, f"'{name}'", lambda: _fetch_images(name, class_name))
    pixels, labels = table["pixels"], table["labels"]
    n_rows, height, width = pixels.shape
    return classification(
        name,
        pixels.reshape(n_rows, height * width).astype(np.float32),
        labels.astype(np.int64),
        tuple(f"pixel_{row}_{column}" for row in range(height) for column in range(width)),
        classes,
        np.arange(int(table["n_train"]), n_rows),
        (1, height, width),
    )


def _fetch_images(name: str, class_name: str) -> Arrays:
    dataset_class = getattr(_torchvision_datasets(name), class_name)
    with TemporaryDirectory() as folder:
        parts = [dataset_class(folder, train=train, download=True) for train in (True, False)]
    return {
        "pixels": np.concatenate([part.data.numpy() for part in parts]),
        "labels": np.concatenate([part.targets.numpy() for part in parts]),
        "n_train": np.array(len(parts[0])),
    }


def _torchvision_datasets(name: str) -> Any:
    try:
        return import_module("torchvision").datasets
    except ModuleNotFoundError as error:
        raise DatasetError(
            f"'{name}' needs torchvision, which is not installed", "install it with: pip install 'actloss-cli[data]'"
        ) from error
    except Exception as error:
        # A torchvision that was built for another torch fails in its own ways.
        raise DatasetError(
            f"'{name}' needs torchvision, which can't be imported here: {reason(error)}",
            f"install the torchvision that belongs to torch {metadata.version('torch')}",
        ) from error
