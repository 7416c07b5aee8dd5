"""The catalogue of datasets: one card each. Makes no rows."""

from actloss_cli.datasets import standard, synthetic
from actloss_cli.datasets.dataset import DatasetCard

_GENERATED = "none needed: generated"
_UCI = "CC BY 4.0 (UCI Machine Learning Repository)"

CARDS: tuple[DatasetCard, ...] = (
    DatasetCard(
        name="friedman1",
        kind="regression",
        n_rows=2000,
        n_features=10,
        n_classes=0,
        kind_of_source="synthetic",
        source="Friedman (1991), Multivariate adaptive regression splines; scikit-learn make_friedman1",
        licence=_GENERATED,
        summary="a smooth non-linear function of five features, five more that say nothing, noise of variance 1",
        load=synthetic.friedman1,
    ),
    DatasetCard(
        name="moons",
        kind="binary",
        n_rows=2000,
        n_features=2,
        n_classes=2,
        kind_of_source="synthetic",
        source="scikit-learn make_moons",
        licence=_GENERATED,
        summary="two interleaved half circles, blurred with noise of standard deviation 0.25",
        load=synthetic.moons,
    ),
    DatasetCard(
        name="imbalanced",
        kind="binary",
        n_rows=3300,
        n_features=2,
        n_classes=2,
        kind_of_source="synthetic",
        source="scikit-learn make_blobs",
        licence=_GENERATED,
        summary="ten common rows to each rare one: two rare clusters among three common ones, overlapping",
        load=synthetic.imbalanced,
    ),
    DatasetCard(
        name="digits",
        kind="multiclass",
        n_rows=1797,
        n_features=64,
        n_classes=10,
        kind_of_source="standard",
        source="Alpaydin & Kaynak (1998), Optical Recognition of Handwritten Digits, test part; scikit-learn",
        licence=_UCI,
        summary="handwritten digits, 8 x 8 pixels of 17 greys",
        load=standard.digits,
    ),
    DatasetCard(
        name="breast_cancer",
        kind="binary",
        n_rows=569,
        n_features=30,
        n_classes=2,
        kind_of_source="standard",
        source="Wolberg, Mangasarian, Street & Street (1993), Breast Cancer Wisconsin (Diagnostic); scikit-learn",
        licence=_UCI,
        summary="benign or malignant (the positive class) from measures of cell nuclei",
        load=standard.breast_cancer,
    ),
    DatasetCard(
        name="diabetes",
        kind="regression",
        n_rows=442,
        n_features=10,
        n_classes=0,
        kind_of_source="standard",
        source="Efron, Hastie, Johnstone & Tibshirani (2004), Least angle regression; scikit-learn",
        licence="not stated by the authors; shipped by scikit-learn (BSD-3-Clause)",
        summary="progress of the disease after a year; noisy, few rows",
        load=standard.diabetes,
    ),
)
