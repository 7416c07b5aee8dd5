"""What a table is told to look like: tails, counts, rare classes, missing cells; messages to the letter."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from actloss_cli.errors import UserError
from actloss_cli.recommend.profile import ClassFacts, RegressionFacts, profile_csv

RANDOM = np.random.default_rng(0)


@pytest.fixture
def write(tmp_path):
    def write_csv(name="table", **columns):
        path = tmp_path / f"{name}.csv"  # a file is read once in a process
        pd.DataFrame(columns).to_csv(path, index=False)
        return path

    return write_csv


def profile_of(path, target="y", kind="auto", missing="mean"):
    return profile_csv(path, target, kind, missing)


def test_normal_targets_have_no_outliers_and_heavy_tailed_ones_do(write):
    x = RANDOM.normal(size=2000)
    for name, y, has in (
        ("normal", RANDOM.normal(size=2000), False),
        ("student", RANDOM.standard_t(2, size=2000), True),
    ):
        _, _, profile = profile_of(write(name, x=x, y=y))
        assert isinstance(profile.target, RegressionFacts)
        assert profile.target.has_outliers is has
        assert not profile.target.is_count


def test_the_tail_is_that_of_rows_outside_the_test_set(write):
    path = write(x=RANDOM.normal(size=400), y=RANDOM.standard_t(3, size=400))
    _, dataset, profile = profile_of(path)
    rest = np.delete(dataset.y, dataset.test)
    assert profile.target.excess_kurtosis == pytest.approx(stats.kurtosis(rest))
    first, third = np.quantile(rest, (0.25, 0.75))
    far = (rest < first - 3 * stats.iqr(rest)) | (rest > third + 3 * stats.iqr(rest))
    assert profile.target.outlier_share == pytest.approx(far.mean())


def test_whole_numbers_that_are_not_negative_are_counts(write):
    x, y = RANDOM.normal(size=300), RANDOM.poisson(30.0, size=300)
    assert profile_of(write("counts", x=x, y=y))[2].target.is_count
    assert not profile_of(write("negative", x=x, y=y - 30))[2].target.is_count
    assert not profile_of(write("halves", x=x, y=y + 0.5))[2].target.is_count


@pytest.mark.parametrize(("n_rare", "is_imbalanced"), [(190, False), (60, True)])
def test_the_rarest_class_is_named_with_its_share(write, n_rare, is_imbalanced):
    y = np.where(np.arange(400) < n_rare, "sick", "well")
    _, _, profile = profile_of(write(x=RANDOM.normal(size=400), y=y))
    assert isinstance(profile.target, ClassFacts)
    assert (profile.kind, profile.target.rarest) == ("binary", "sick")
    assert profile.target.rarest_share == pytest.approx(n_rare / 400, abs=1 / 300)  # stratified
    assert profile.target.is_imbalanced is is_imbalanced


def test_flags_and_missing_cells_are_counted(write):
    colour = np.where(np.arange(200) % 2, "red", "blue")
    number = np.where(np.arange(200) < 20, np.nan, RANDOM.normal(size=200))
    _, _, profile = profile_of(write(colour=colour, number=number, y=RANDOM.normal(size=200)))
    assert (profile.n_rows, profile.n_features, profile.n_numbers) == (200, 3, 1)
    assert profile.missing_share == pytest.approx(20 / 600)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"target": "price"},
            "error: CSV 'table.csv' has no column 'price'\nhint: its columns: 'x', 'y', 'constant', 'gaps'",
        ),
        (
            {"target": "constant"},
            "error: CSV 'table.csv': target 'constant' is constant (always '7')"
            "\nhint: take a column that varies as the target",
        ),
        (
            {"kind": "binary"},
            "error: CSV 'table.csv': target 'y' has 5 classes: '0', '0.5', '1', '1.5', '2'"
            "\nhint: give --kind multiclass",
        ),
        (
            {"target": "gaps"},
            "error: CSV 'table.csv' has missing values in 'gaps' (9 rows)"
            "\nhint: a target can't be filled in: give --missing drop to leave those rows out",
        ),
        (
            {"missing": "error"},
            "error: CSV 'table.csv' has missing values in 'gaps' (9 rows)"
            "\nhint: fill them in, or give --missing mean, or --missing drop to leave those rows out "
            "(empty cells, ?, NA, NaN, null and None count as missing)",
        ),
    ],
)
def test_what_can_not_be_used_is_told_with_the_option_that_helps(write, options, message):
    gaps = np.where(np.arange(100) < 9, np.nan, 1.0 * np.arange(100))
    path = write(x=RANDOM.normal(size=100), y=np.arange(100) % 5 / 2, constant=7, gaps=gaps)
    with pytest.raises(UserError) as caught:
        profile_of(path, **options)
    assert str(caught.value) == message


def test_a_file_that_is_not_there_is_told(tmp_path):
    path = tmp_path / "nothere.csv"
    with pytest.raises(UserError) as caught:
        profile_of(path)
    assert str(caught.value) == f"error: no such file: '{path}'\nhint: give the path of a CSV file with a header"
